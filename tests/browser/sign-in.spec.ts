// Without a key there is no console; with the key, or by the link, there is.
import { expect, test } from "./console.ts";

test.use({ signedIn: false, expected: [/Failed to load resource: .* 401/] });

test("the page asks for the API key, says when it is wrong, and opens with it", async ({
  page,
  host,
}) => {
  await page.goto(host.ready.listening);
  const key = page.getByLabel("API key");
  await key.fill("not-a-key");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("alert")).not.toBeEmpty();
  await key.fill(host.ready.api_key);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("heading", { name: "Templates" })).toBeVisible();
  await page.reload();
  await expect(page.getByRole("heading", { name: "Templates" })).toBeVisible();
});

test("the link signs one browser in, once", async ({ page, browser, host }) => {
  await page.goto(host.ready.sign_in);
  await expect(page.getByRole("heading", { name: "Templates" })).toBeVisible();
  await page.reload();
  await expect(page.getByRole("heading", { name: "Templates" })).toBeVisible();
  // Followed once more where one is signed in, it leads there again.
  await page.goto(host.ready.sign_in);
  await expect(page.getByRole("heading", { name: "Templates" })).toBeVisible();
  const other = await (await browser.newContext()).newPage();
  await other.goto(host.ready.sign_in);
  await expect(other.getByRole("alert").first()).toContainText("The link was used or has expired");
  await other.getByLabel("API key").fill(host.ready.api_key);
  await other.getByRole("button", { name: "Sign in" }).click();
  await expect(other.getByRole("heading", { name: "Templates" })).toBeVisible();
});
