// Every page by the keyboard alone: Tab reaches what there is to do, keys do it, and nothing is a
// trap.
import type { Locator, Page } from "@playwright/test";
import { expect, test } from "./console.ts";
import { EditorPage } from "./editor-page.ts";

test.use({ alone: "keyboard" });
// Each stop of Tab is asked for over the browser's protocol, which takes Firefox its time.
test.describe.configure({ timeout: 180_000 });

/** More than any page has to stop at. */
const MOST_STOPS = 150;
const NUMBER = "+12025550188";

/** Presses Tab until it has the focus. */
async function reach(page: Page, target: Locator): Promise<void> {
  await expect(target).toBeVisible();
  for (let stops = 0; stops < MOST_STOPS; stops += 1) {
    // A field within an element's shadow is what its root holds in focus.
    const isThere = await target.evaluate((one) => {
      const root = one.getRootNode() as Document | ShadowRoot;
      return root.activeElement === one;
    });
    if (isThere) return;
    await page.keyboard.press("Tab");
    // Firefox moves the focus a moment after it has answered.
    await page.evaluate(() => new Promise(requestAnimationFrame));
  }
  throw new Error(`expected Tab to reach ${target}, and it did not in ${MOST_STOPS} presses`);
}

/** Reaches it and presses Enter on it. */
async function enter(page: Page, target: Locator): Promise<void> {
  await reach(page, target);
  await page.keyboard.press("Enter");
}

async function write(page: Page, field: Locator, text: string): Promise<void> {
  await reach(page, field);
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.type(text);
}

const link = (page: Page, name: string) => page.getByRole("link", { name, exact: true });

test("a template is written, mended, sent, answered and found by keys alone", async ({ page }) => {
  await enter(page, link(page, "New template"));
  const editor = new EditorPage(page);
  await write(page, editor.title, "by_keys");
  await write(page, editor.body, "Hi {{ entity:guest }}, see you soon");
  await expect(editor.body.locator(".cm-lintRange-error")).toHaveCount(1);
  await page.keyboard.press("ControlOrMeta+Home");
  await page.keyboard.press("F8");
  await page.keyboard.press("ControlOrMeta+.");
  await editor.expectBody("Hi {{entity:guest}}, see you soon");
  await write(page, editor.value("entity", "guest"), "Ana");
  await expect(editor.preview).toHaveText("Hi Ana, see you soon");
  await write(page, editor.to, NUMBER);
  await enter(page, editor.sendForm.getByRole("button", { name: "Save and send" }));
  const card = editor.sendForm.getByRole("article").first();
  await expect(card.getByTestId("state")).toHaveText("delivered");
  await write(page, editor.phone.getByRole("textbox", { name: "Answer", exact: true }), "Stop!");
  await page.keyboard.press("Enter");
  await expect(editor.phone.getByText("unsubscribed")).toBeVisible();
  await enter(page, editor.sendForm.getByRole("link", { name: "Its whole story" }).first());
  await expect(page.getByRole("list", { name: "What happened" })).toBeVisible();

  await enter(page, link(page, "Deliveries"));
  await enter(page, link(page, "delivered"));
  await enter(page, page.getByRole("article").getByRole("link").first());
  await expect(page.getByRole("list", { name: "What happened" })).toBeVisible();
  await enter(page, link(page, "Consent"));
  await enter(page, page.getByRole("list", { name: "Opt-outs" }).getByRole("link").first());
  await expect(page.getByRole("list", { name: "Ledger" })).toContainText("Stop!");

  await enter(page, link(page, "Templates"));
  await enter(page, page.getByRole("button", { name: "Delete by_keys" }));
  const dialog = page.getByRole("dialog");
  await expect(dialog).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  await enter(page, page.getByRole("button", { name: "Delete by_keys" }));
  await enter(page, dialog.getByRole("button", { name: "Delete" }));
  await expect(link(page, "by_keys")).toHaveCount(0);
});

test("the agent, the settings and the chaos are set by keys alone", async ({ page }) => {
  await enter(page, link(page, "Agent"));
  const handoffs = page.getByRole("region", { name: "Handoffs" });
  await enter(page, handoffs.getByRole("button", { name: "New handoff" }));
  await write(page, handoffs.getByLabel("Name", { exact: true }), "desk");
  await write(page, handoffs.getByLabel("Destination"), "+15550007777");
  await enter(page, handoffs.getByRole("button", { name: "Save" }));
  await expect(handoffs.getByRole("listitem")).toContainText("desk");
  await expect(handoffs.getByRole("button", { name: "New handoff" })).toBeFocused();

  await enter(page, link(page, "Settings"));
  const keywords = page.getByRole("region", { name: "Keywords" });
  await reach(page, keywords.getByLabel(/French/));
  await page.keyboard.press("Space");
  await write(page, keywords.getByLabel(/Words for STOP/), "basta");
  await enter(page, keywords.locator("summary"));
  await write(page, keywords.getByLabel("Patterns for STOP"), "no more.*");
  await enter(page, keywords.getByRole("button", { name: "Save keywords" }));
  await expect(keywords.getByRole("status")).toContainText("from now on");

  await enter(page, link(page, "Phone"));
  const answer = page.getByRole("textbox", { name: "Answer", exact: true });
  await write(page, answer, "No more texts");
  await expect(page.getByText(/read as STOP/)).toBeVisible();

  await enter(page, link(page, "Chaos"));
  const throttled = page.getByRole("slider", { name: "Throttled" });
  await reach(page, throttled);
  await page.keyboard.press("ArrowRight");
  await expect(throttled).toHaveValue("1");
  await page.keyboard.press("Shift+Tab");
  await enter(page, page.getByRole("button", { name: "All calm" }));
  await expect(throttled).toHaveValue("0");
});
