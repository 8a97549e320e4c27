// Opt-outs are listed, looked up, recorded and imported; the ledger says why.
import { expectAccessible, expectNarrow } from "./accessible.ts";
import { expect, test } from "./console.ts";
import type { Host } from "./host.ts";

const SENDER = "+15550001236";

/** Numbers that North America keeps free for fiction. */
const number = (n: number) => `+1202555${String(100 + n).padStart(4, "0")}`;

const stands = (host: Host, recipient: string) =>
  host.get<{ opted_out: boolean }>(`/v1/opt-outs/${recipient}/${SENDER}`);

test("an opt-out is recorded with its reason, and stands in the ledger", async ({ page, host }) => {
  await page.getByRole("link", { name: "Consent" }).click();
  await expect(page.getByText("Nobody has opted out.")).toBeVisible();
  await expectAccessible(page);

  const form = page.getByRole("region", { name: "Record an opt-out" });
  await form.getByLabel("Number").fill(number(1));
  await form.getByLabel("Sender").fill(SENDER);
  await form.getByLabel("Reason").fill('asked <b onclick="x">by phone</b>');
  await form.getByRole("button", { name: "Record" }).click();
  await expect(form.getByRole("status")).toContainText(`${number(1)} has opted out`);
  expect(await stands(host, number(1))).toMatchObject({ opted_out: true });
  await expectNarrow(page);

  await page.getByRole("list", { name: "Opt-outs" }).getByRole("link", { name: number(1) }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(number(1));
  await expect(page.getByRole("list", { name: "By sender" })).toContainText(/\+15550001236\s+opted out/);
  const ledger = page.getByRole("list", { name: "Ledger" }).getByRole("listitem");
  await expect(ledger).toHaveCount(1);
  await expect(ledger).toContainText('asked <b onclick="x">by phone</b>');
  await expect(ledger).toContainText("recorded by an operator");
  await expectAccessible(page);
  await expectNarrow(page);
});

test("a STOP and a START are in the ledger as they were written", async ({ page, host }) => {
  for (const body of ["Stop!", "start"]) {
    await host.call("POST", "/v1/dev/phone", { from: number(2), to: SENDER, body });
  }
  await page.getByRole("link", { name: "Consent" }).click();
  await page.getByLabel("Number to look up").fill(number(2));
  await page.keyboard.press("Enter");
  const ledger = page.getByRole("list", { name: "Ledger" }).getByRole("listitem");
  // What is written to a number holds for the Messaging Service that the number belongs to.
  await expect(ledger).toHaveCount(4);
  await page.getByLabel("Sender", { exact: true }).selectOption(SENDER);
  await expect(ledger).toHaveCount(2);
  await expect(ledger.first()).toContainText("opted in");
  await expect(ledger.last()).toContainText("Stop!");
  await expect(ledger.last()).toContainText("written by the person, read as STOP");
  await expect(page.getByRole("list", { name: "By sender" })).toContainText("opted in");
});

test("a number that was never heard of has an empty ledger", async ({ page }) => {
  await page.getByRole("link", { name: "Consent" }).click();
  await page.getByLabel("Number to look up").fill(number(3));
  await page.getByRole("button", { name: "Look up" }).click();
  await expect(page.getByText("it has neither opted out nor in")).toBeVisible();
});

test("a file of opt-outs is imported, and its list goes on page by page", async ({ page, host }) => {
  await page.getByRole("link", { name: "Consent" }).click();
  const form = page.getByRole("region", { name: "Import opt-outs" });
  const rows = Array.from({ length: 60 }, (_, n) => `${number(10 + n)},${SENDER}`);
  const choose = (text: string) =>
    form.getByLabel("CSV file").setInputFiles({
      name: "opt-outs.csv",
      mimeType: "text/csv",
      buffer: Buffer.from(text),
    });
  await choose(`recipient,sender\n${rows.join("\n")}\n`);
  await form.getByRole("button", { name: "Import" }).click();
  await expect(form.getByRole("status")).toHaveText("✓ 60 opt-outs added");
  await choose(`recipient,sender\n${rows[0]}\n`);
  await form.getByRole("button", { name: "Import" }).click();
  await expect(form.getByRole("status")).toHaveText("✓ 0 opt-outs added, 1 known already");

  const list = page.getByRole("list", { name: "Opt-outs" }).getByRole("listitem");
  await expect(list).toHaveCount(50);
  await page.getByRole("button", { name: "Show more" }).click();
  const { opt_outs } = await host.get<{ opt_outs: unknown[] }>("/v1/opt-outs?limit=1000");
  await expect(list).toHaveCount(opt_outs.length);
  await expect(page.getByRole("button", { name: "Show more" })).toHaveCount(0);
});

test.describe("refusals", () => {
  test.use({ expected: [/Failed to load resource: .* (422|500)/] });

  test("a bad row is named by its line, and nothing of its file is recorded", async ({
    page,
    host,
  }) => {
    await page.getByRole("link", { name: "Consent" }).click();
    const form = page.getByRole("region", { name: "Import opt-outs" });
    await form.getByLabel("CSV file").setInputFiles({
      name: "opt-outs.csv",
      mimeType: "text/csv",
      buffer: Buffer.from(`recipient,sender\n${number(90)},${SENDER}\n12 34,${SENDER}\n`),
    });
    await form.getByRole("button", { name: "Import" }).click();
    await expect(form.getByRole("alert")).toContainText("line 3");
    expect(await stands(host, number(90))).toMatchObject({ opted_out: false });
  });

  test("a number that is none is refused in a sentence", async ({ page }) => {
    await page.getByRole("link", { name: "Consent" }).click();
    const form = page.getByRole("region", { name: "Record an opt-out" });
    await form.getByLabel("Number").fill("12 34");
    await form.getByLabel("Sender").fill(SENDER);
    await form.getByLabel("Reason").fill("x");
    await form.getByRole("button", { name: "Record" }).click();
    await expect(form.getByRole("alert")).toContainText("12 34");
    await page.getByLabel("Number to look up").fill("12 34");
    await page.keyboard.press("Enter");
    await expect(page.getByRole("alert")).toContainText("12 34");
  });

  test("a list that cannot be had says why", async ({ page }) => {
    await page.route("**/v1/opt-outs?*", (route) =>
      route.fulfill({ status: 500, json: { detail: "the database is full" } }),
    );
    await page.getByRole("link", { name: "Consent" }).click();
    await expect(page.getByRole("alert").filter({ hasText: "the database is full" })).toBeVisible();
    await expect(page.getByText(/Loading/)).toHaveCount(0);
  });
});
