// Templates are written, mended, copied and deleted; what is wrong is said in one sentence.
import { expect, test } from "./console.ts";
import { EditorPage } from "./editor-page.ts";
import { Choice, SEED } from "./random.ts";

const choice = new Choice(SEED + 2);

test.describe("refusals", () => {
  // The host's refusals are answers with a status, which Chromium reports to its console.
  test.use({ expected: [/Failed to load resource: .* 4\d\d/] });

  test("a title of 101 characters is not saved", async ({ page }) => {
    const editor = await EditorPage.create(page);
    await editor.title.fill("t".repeat(101));
    await editor.body.fill("Hello");
    await expect(page.locator("#title-findings")).toContainText("100");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await expect(page.getByRole("alert").filter({ hasText: "100" })).toBeVisible();
    await expect(page.getByTestId("save-state")).toHaveText("Not saved yet");
  });

  test("a send with a missing value is refused with the name of the token", async ({ page }) => {
    const editor = await EditorPage.create(page);
    await editor.title.fill(`missing_${choice.name()}`);
    await editor.body.fill("Hi {{entity:guest_name}}");
    await editor.save();
    await editor.sendForm.getByRole("button", { name: "Send", exact: true }).click();
    await expect(editor.sendForm.getByRole("alert")).toContainText("guest_name");
    await expect(editor.sendForm.getByRole("article")).toHaveCount(0);
  });

  test("an environment without a sender refuses to send", async ({ page }) => {
    const editor = await EditorPage.create(page);
    await editor.title.fill(`nobody_${choice.name()}`);
    await editor.body.fill("Hello");
    await editor.save();
    await editor.sendForm.getByRole("combobox", { name: "Environment" }).selectOption("Live");
    await editor.sendForm.getByRole("button", { name: "Send", exact: true }).click();
    await expect(editor.sendForm.getByRole("alert")).toBeVisible();
    await expect(editor.sendForm.getByRole("article")).toHaveCount(0);
  });

  test("a number that is not E.164 is refused", async ({ page }) => {
    const editor = await EditorPage.create(page);
    await editor.title.fill(`number_${choice.name()}`);
    await editor.body.fill("Hello");
    await editor.save();
    await editor.to.fill("12 34");
    await editor.sendForm.getByRole("button", { name: "Send", exact: true }).click();
    await expect(editor.sendForm.getByRole("alert")).toContainText("12 34");
  });
});

test("what looks like a token is marked, placed and mended with one click", async ({ page }) => {
  const editor = await EditorPage.create(page);
  await editor.body.fill("Dear guest,\n{{ entity:x }} is ready");
  await expect(editor.findings).toHaveCount(1);
  await expect(editor.findings).toContainText("line 2, character 1");
  await editor.findings.getByRole("button", { name: /\{\{entity:x\}\}/ }).click();
  await editor.expectBody("Dear guest,\n{{entity:x}} is ready");
  await expect(editor.findings).toHaveCount(0);
  await editor.body.press("Control+z");
  await editor.expectBody("Dear guest,\n{{ entity:x }} is ready", "a fix is undone like typing");
});

test("characters that force UCS-2 are mended in the body and in values", async ({ page }) => {
  const editor = await EditorPage.create(page);
  await editor.body.fill("It’s {{entity:x}}, and it’s ${y}…");
  await editor.value("entity", "x").fill("“here”");
  await editor.value("variant", "y").fill("now");
  expect(await editor.counts()).toMatchObject({ encoding: "UCS-2" });
  await page.getByRole("button", { name: /^Replace all/ }).click();
  await editor.expectBody("It's {{entity:x}}, and it's ${y}...");
  await expect(editor.value("entity", "x")).toHaveValue('"here"');
  await expect(editor.value("variant", "y")).toHaveValue("now");
  expect(await editor.preview.textContent()).toBe("It's \"here\", and it's now...");
  expect(await editor.counts()).toMatchObject({ encoding: "GSM-7" });
});

test("an empty value is a value", async ({ page }) => {
  const editor = await EditorPage.create(page);
  await editor.body.fill("Hi{{entity:x}}!");
  await expect(editor.preview.locator(".missing")).toHaveCount(1);
  await page.getByRole("checkbox", { name: "leave x empty" }).check();
  await expect(editor.preview.locator(".missing")).toHaveCount(0);
  expect(await editor.preview.textContent()).toBe("Hi!");
});

test("a template is duplicated under a new title and deleted after a question", async ({
  page,
}) => {
  const name = `copy_${choice.name()}`;
  const editor = await EditorPage.create(page);
  await editor.title.fill(name);
  await editor.body.fill("The same body");
  await editor.save();
  await page.getByRole("button", { name: "Duplicate" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("textbox", { name: "Title of the copy" }).fill(`${name}_2`);
  await dialog.getByRole("button", { name: "Duplicate" }).click();
  await expect(editor.title).toHaveValue(`${name}_2`);
  await editor.expectBody("The same body");

  await page.getByRole("button", { name: "Delete" }).click();
  await page.keyboard.press("Escape");
  await expect(editor.title, "Escape keeps it").toHaveValue(`${name}_2`);
  await page.getByRole("button", { name: "Delete" }).click();
  await dialog.getByRole("button", { name: "Delete" }).click();
  await expect(page.getByRole("link", { name, exact: true })).toBeVisible();
  await expect(page.getByRole("link", { name: `${name}_2`, exact: true })).toHaveCount(0);
});

test("an edit is a new version, and live follows only when it is published", async ({ page }) => {
  const editor = await EditorPage.create(page);
  await editor.title.fill(`versions_${choice.name()}`);
  await editor.body.fill("First");
  await editor.save();
  await page.getByRole("button", { name: "Publish version 1 to Live" }).click();
  await expect(page.getByTestId("save-state")).toHaveText("Live sends version 1 now");
  await editor.body.fill("Second");
  await editor.save();
  const senders = page.getByRole("region", { name: "Senders" });
  await expect(senders).toContainText("sends the newest version, 2");
  await expect(senders).toContainText("sends version 1");
  await expect(page.getByRole("button", { name: "Publish version 2 to Live" })).toBeEnabled();
});

test("names that other templates use are completed, and others stay free of findings", async ({
  page,
}) => {
  const name = `shared_${choice.name()}`;
  const first = await EditorPage.create(page);
  await first.title.fill(`names_${choice.name()}`);
  await first.body.fill(`Hi {{entity:${name}}}`);
  await first.save();

  const editor = await EditorPage.create(page);
  await editor.body.fill("{{entity:unheard}}");
  await expect(editor.findings).toHaveCount(0);
  await editor.body.press("End");
  await editor.body.pressSequentially(" {{shared");
  await page.getByRole("option", { name }).click();
  await editor.expectBody(`{{entity:unheard}} {{entity:${name}}}`);
});

test("an edit that was not saved is still there after a look at the phone", async ({ page }) => {
  const editor = await EditorPage.create(page);
  await editor.body.fill("Half a sentence");
  await page.getByRole("link", { name: "Phone" }).click();
  await expect(page.getByRole("heading", { name: "Phone" })).toBeVisible();
  await page.goBack();
  await editor.expectBody("Half a sentence");
});

test("no page is wider than a narrow phone", async ({ page, host }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  const wider = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);

  const editor = await EditorPage.create(page);
  await editor.title.fill(`n${choice.name()}`.padEnd(100, "n"));
  await editor.body.fill(`{{ entity:x }} ${"w".repeat(160)} \${${"v".repeat(60)}}`);
  expect(await wider(), "with findings").toBeLessThanOrEqual(0);
  await editor.body.fill("w".repeat(400));
  await editor.save();
  await editor.to.fill(choice.number());
  await editor.to.blur();
  const { card } = await editor.send();
  await expect(card.getByTestId("state")).toHaveText("delivered");
  await expect(editor.received("w".repeat(400))).toHaveCount(1);
  expect(await wider(), "with a message").toBeLessThanOrEqual(0);

  for (const address of ["#/templates", "#/templates/new", "#/deliveries", "#/consent", "#/phone", "#/settings"]) {
    await page.goto(new URL(address, host.ready.listening).href);
    await expect(page.getByRole("heading", { level: 1 })).toBeAttached();
    await expect(page.getByText(/Loading/)).toHaveCount(0);
    expect(await wider(), address).toBeLessThanOrEqual(0);
  }
});
