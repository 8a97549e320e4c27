// What became of each message shows as it happens, by state and origin, with its whole story.
import { expectAccessible, expectNarrow } from "./accessible.ts";
import { expect, test } from "./console.ts";
import type { Host } from "./host.ts";
import type { Message } from "./shapes.ts";

const SENDER = "+15550001236";
/** A sender that is so slow that its second message waits. */
const SLOW = "+15550001235";
/** Twilio takes no message to it: 21211. */
const REFUSED = "+15005550001";

const number = (n: number) => `+1303555${String(100 + n).padStart(4, "0")}`;

async function send(host: Host, to: string, text = "Hello", sender = SENDER): Promise<Message> {
  const environment = sender === SLOW ? "pre_release" : "sandbox";
  return host.call("POST", "/v1/messages", { to, content: text, from: sender, environment });
}

/** The page of deliveries, empty or not. */
const open = (page: import("@playwright/test").Page) =>
  page.getByRole("link", { name: "Deliveries", exact: true }).click();

test("before anything was sent, the page says what to do", async ({ page }) => {
  await page.route("**/v1/messages?*", (route) =>
    route.fulfill({ json: { messages: [], next: null } }),
  );
  await open(page);
  await expect(page.getByText("Nothing has been sent yet.")).toBeVisible();
  await expectAccessible(page);
});

test("a message appears as it is sent, and moves without a reload", async ({ page, host }) => {
  await open(page);
  await expect(page.getByRole("heading", { name: "Deliveries" })).toBeVisible();
  const { id } = await send(host, number(1), "<i>live</i>");
  const row = page.locator(`article[data-id="${id}"]`);
  await expect(row.getByTestId("state")).toHaveText("delivered", { timeout: 5_000 });
  await expect(row.getByTestId("message-text")).toHaveText("<i>live</i>");
  await row.getByRole("link", { name: number(1) }).click();

  await expect(page.getByRole("heading", { level: 1 })).toHaveText(`To ${number(1)}`);
  const course = page.getByRole("list", { name: "What happened" }).getByRole("listitem");
  await expect(course.nth(0)).toContainText("accepted by this host");
  await expect(course.nth(1)).toContainText("try 1: Twilio took it");
  await expect(course.filter({ hasText: "Twilio reported sent" })).toHaveCount(1);
  await expect(course.last()).toContainText("Twilio reported delivered: on the phone");
  const facts = page.getByRole("region", { name: "Facts" });
  await expect(facts).toContainText("1 segment predicted and billed");
  await expect(facts).toContainText(`verbatim replay ${id}`);
  await expectAccessible(page);
  await expectNarrow(page);
});

test("a failure says Twilio's code and what to do", async ({ page, host }) => {
  const { id } = await send(host, REFUSED);
  await open(page);
  const row = page.locator(`article[data-id="${id}"]`);
  await expect(row.getByTestId("state")).toHaveText("failed");
  const { error } = await host.get<{ error: { help: string } }>(`/v1/messages/${id}`);
  await expect(row).toContainText("(Twilio 21211)");
  await expect(row).toContainText(error.help);
  await expectAccessible(page);

  await page.getByRole("link", { name: "failed", exact: true }).click();
  await expect(page).toHaveURL(/#\/deliveries\?state=failed$/);
  await expect(row).toBeVisible();
  await page.getByRole("link", { name: "canceled", exact: true }).click();
  await expect(page.getByText("No message is like that.")).toBeVisible();
});

test("what a STOP has suppressed leads to the ledger", async ({ page, host }) => {
  await host.call("POST", "/v1/dev/phone", { from: number(2), to: SENDER, body: "STOP" });
  const { id } = await send(host, number(2));
  await open(page);
  const row = page.locator(`article[data-id="${id}"]`);
  await expect(row.getByTestId("state")).toHaveText("suppressed");
  await row.getByRole("link", { name: "consent of this number" }).click();
  await expect(page.getByRole("list", { name: "Ledger" })).toContainText("read as STOP");
  await page.getByRole("link", { name: "Messages to this number" }).click();
  await expect(page).toHaveURL(/deliveries\?to=/);
  await expect(page.getByRole("article")).toHaveCount(1);
});

test("a queued message is taken back", async ({ page, host }) => {
  const setting = { environment: "pre_release", sender: SLOW, segments_per_minute: 1 };
  await host.call("POST", "/v1/senders", setting);
  await send(host, number(3), "first", SLOW);
  const ids = [];
  for (const text of ["second", "third"]) {
    ids.push((await send(host, number(3), text, SLOW)).id);
  }
  await open(page);
  const row = page.locator(`article[data-id="${ids[0]}"]`);
  await expect(row.getByTestId("state")).toHaveText("queued");
  await row.getByRole("button", { name: "Cancel" }).click();
  await expect(row.getByTestId("state")).toHaveText("canceled");
  await page.locator(`article[data-id="${ids[1]}"]`).getByRole("link").first().click();
  await page.getByRole("button", { name: "Cancel this message" }).click();
  await expect(page.getByTestId("state")).toHaveText("canceled");
  await expect(page.getByRole("button", { name: "Cancel this message" })).toHaveCount(0);
  const message = await host.get<Message>(`/v1/messages/${ids[1]}`);
  expect(message.state).toBe("canceled");
  await host.call("POST", "/v1/senders", { ...setting, segments_per_minute: 0 });
});

test("the list is narrowed by what is typed, and the address keeps it", async ({ page, host }) => {
  const { id } = await send(host, number(4));
  await send(host, number(5));
  await open(page);
  await page.getByLabel("To", { exact: true }).fill(number(4));
  await page.keyboard.press("Enter");
  await expect(page.getByRole("article")).toHaveCount(1);
  await page.getByRole("link", { name: "delivered", exact: true }).click();
  await page.getByLabel("Environment").selectOption("live");
  await expect(page.getByText("No message is like that.")).toBeVisible();
  await page.getByLabel("Environment").selectOption("sandbox");
  await expect(page).toHaveURL(/environment=sandbox&to=.*&state=delivered$/);
  await page.reload();
  await expect(page.getByRole("article")).toHaveAttribute("data-id", id);
  await expect(page.getByLabel("To", { exact: true })).toHaveValue(number(4));
  await page.getByRole("link", { name: "Deliveries", exact: true }).click();
  await expect(page.getByLabel("To", { exact: true })).toHaveValue("");
});

test("a count of Twilio's that is not ours is marked", async ({ page, host }) => {
  const { id } = await send(host, number(6));
  // What is heard of it later would say what the host counts.
  const state = async () => (await host.get<Message>(`/v1/messages/${id}`)).state;
  await expect.poll(state).toBe("delivered");
  // The fake counts as we do, so the host's answer is changed on its way.
  await page.route("**/v1/messages?*", async (route) => {
    const answer = await route.fetch();
    const { messages, next } = await answer.json();
    for (const one of messages) Object.assign(one, { billed_segments: 2, miscounted: true });
    await route.fulfill({ response: answer, json: { messages, next } });
  });
  await open(page);
  await expect(page.locator(`article[data-id="${id}"]`)).toContainText("1 segment predicted, 2 billed");
  await page.getByLabel("Billed otherwise than predicted").check();
  await expect(page).toHaveURL(/miscounted=true/);
  await page.unrouteAll({ behavior: "ignoreErrors" });
});

test("older messages are on the next pages", async ({ page, host }) => {
  await Promise.all(Array.from({ length: 60 }, () => send(host, number(7))));
  await page.goto(new URL(`#/deliveries?to=${encodeURIComponent(number(7))}`, host.ready.listening).href);
  await expect(page.getByRole("article")).toHaveCount(50);
  await page.getByRole("button", { name: "Show older messages" }).click();
  await expect(page.getByRole("article")).toHaveCount(60);
  await expect(page.getByRole("button", { name: "Show older messages" })).toHaveCount(0);
  await expectNarrow(page);
});

test.describe("refusals", () => {
  test.use({ expected: [/Failed to load resource: .* (404|500)/] });

  test("a message that there is not, and a list that cannot be had, say so", async ({
    page,
    host,
  }) => {
    await page.goto(new URL("#/deliveries/nobody", host.ready.listening).href);
    await expect(page.getByRole("alert")).toContainText("there is no message nobody");
    await page.route("**/v1/messages?*", (route) =>
      route.fulfill({ status: 500, json: { detail: "the database is full" } }),
    );
    await open(page);
    await expect(page.getByRole("alert")).toHaveText("the database is full");
    await expect(page.getByText(/Loading/)).toHaveCount(0);
  });
});
