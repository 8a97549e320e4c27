// What a template, a value or an answer holds is text, whatever it looks like.
import { expect, test } from "./console.ts";
import { EditorPage } from "./editor-page.ts";
import { Choice, SEED } from "./random.ts";
import { paste } from "./typing.ts";

const HOSTILE = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>';
const RTL = "\u202Etxt.exe";

test("hostile titles, bodies, values and answers are shown as text", async ({ page }) => {
  const choice = new Choice(SEED + 1);
  const title = `<b onclick=alert(1)>${choice.name()}</b>`;
  const body = `${HOSTILE}${RTL} {{entity:x}}`;
  const value = `${HOSTILE}{{vrbl:y}}\${z}`;

  const editor = await EditorPage.create(page);
  await editor.title.fill(title);
  await editor.body.fill(body);
  await editor.value("entity", "x").fill(value);
  const text = `${HOSTILE}${RTL} ${value}`;
  expect(await editor.preview.textContent()).toBe(text);
  await expect(page.getByRole("textbox", { name: "y variable" })).toHaveCount(0);

  await editor.save();
  const number = choice.number();
  await editor.to.fill(number);
  await editor.to.blur();
  const { card } = await editor.send();
  await expect(card.getByTestId("state")).toHaveText("delivered");
  expect(await card.getByTestId("message-text").textContent()).toBe(text);
  await expect(editor.phone.locator('[data-direction="to_phone"]')).toHaveCount(1);
  expect(await editor.phone.getByTestId("bubble-text").textContent()).toBe(text);
  await editor.answer(HOSTILE);
  await expect(editor.phone.locator('[data-direction="from_phone"]')).toContainText(HOSTILE);

  await page.getByRole("button", { name: "Delete" }).click();
  await expect(page.getByRole("dialog")).toContainText(title);
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.getByRole("link", { name: "Deliveries" }).click();
  await expect(page.getByTestId("message-text").first()).toContainText(HOSTILE);
  await page.getByRole("link", { name: "Templates" }).click();
  await expect(page.getByRole("link", { name: title, exact: true })).toBeVisible();

  expect(await page.evaluate(() => "hacked" in window)).toBe(false);
  await expect(page.locator("main img, main script")).toHaveCount(0);
});

test("names that JavaScript knows are tokens like any other", async ({ page }) => {
  const editor = await EditorPage.create(page);
  await editor.body.fill("${__proto__} {{entity:constructor}}");
  await expect(editor.preview.locator(".missing")).toHaveCount(2);
  await editor.value("variant", "__proto__").fill("one");
  await editor.value("entity", "constructor").fill("two");
  expect(await editor.preview.textContent()).toBe("one two");
});

test("a paste of a megabyte is answered with a sentence", async ({ page }) => {
  const editor = await EditorPage.create(page);
  await paste(editor.body, "x".repeat(1_000_000));
  await expect(editor.findings.first()).toContainText("1000000 characters: expected 1 to 500");
  await editor.body.fill("short again, ${name}");
  await expect(editor.findings).toHaveCount(0);
  await expect(editor.preview).toHaveText("short again, ${name}");
});

test("the page forbids every script but its own and the module", async ({ page, host }) => {
  const answer = await page.request.get(host.ready.listening);
  const policy = answer.headers()["content-security-policy"] ?? "";
  expect(policy).toContain("script-src 'self' 'wasm-unsafe-eval'");
  expect(policy).not.toContain("unsafe-inline");
  expect(policy).not.toContain("'unsafe-eval'");
});
