// The Twilio account is connected, senders are registered, webhooks are set; no secret stays in the
// page.
import { createServer } from "node:http";
import { type AddressInfo } from "node:net";
import { once } from "node:events";
import type { Page } from "@playwright/test";
import { expectAccessible, expectNarrow } from "./accessible.ts";
import { expect, test } from "./console.ts";
import { refill } from "./typing.ts";
import { Unconnected } from "./unconnected.ts";

const SENDER = "+15550009999";

const open = (page: Page) => page.getByRole("link", { name: "Settings" }).click();

/** What the page holds in text and fields, wherever it is. */
const held = (page: Page) =>
  page.evaluate(() => {
    const fields = [...document.querySelectorAll("input")].map(({ value }) => value);
    return document.documentElement.outerHTML + fields.join("\n");
  });

test("the account of the environment is shown, masked, and changed there", async ({ page }) => {
  await open(page);
  const account = page.getByRole("region", { name: "Twilio account" });
  await expect(account).toContainText(/AC[0-9a-f]{32}/);
  await expect(account).toContainText("********");
  await expect(account).toContainText("it is changed there");
  await expect(account.getByRole("button")).toHaveCount(0);
  await expectAccessible(page);
  await expectNarrow(page);
});

test.describe("an account in the database", () => {
  test.use({ expected: [/Failed to load resource: .* (404|422)/] });

  test("is connected once Twilio takes its token, changed, and disconnected", async ({
    page,
    browserName,
  }) => {
    test.skip(browserName === "firefox", "Playwright does not see there what a request holds");
    const host = await Unconnected.start();
    // The answers about the account are those of a host whose environment gives none.
    await page.route("**/v1/account", (route) => host.answer(route));
    await open(page);
    const account = page.getByRole("region", { name: "Twilio account" });
    await expect(account).toContainText("None is connected, so nothing is sent.");
    await expectAccessible(page);

    const connect = async (token: string) => {
      await account.getByLabel("Account SID").fill(host.sid);
      await account.getByLabel("Auth Token").fill(token);
      await account.getByRole("button", { name: "Connect", exact: true }).click();
    };
    await connect("not-the-token");
    await expect(account.getByRole("alert")).toContainText("Twilio refused the credentials");
    await expect(account.getByLabel("Auth Token")).toHaveValue("");
    await connect(host.token);
    await expect(account).toContainText("A friendly name");
    await expect(account).toContainText("Verified");
    await expect(account).toContainText(host.sid);
    expect(await held(page)).not.toContain(host.token);

    await account.getByRole("button", { name: "Change" }).click();
    await connect(host.token);
    await expect(account.getByLabel("Auth Token")).toHaveCount(0);
    await account.getByRole("button", { name: "Disconnect" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Disconnect" }).click();
    await expect(account).toContainText("None is connected, so nothing is sent.");
    await host.stop();
  });
});

test("what the account has at Twilio is listed, and offered as a sender", async ({ page, host }) => {
  const { numbers, services } = await host.get<{
    numbers: { number: string }[];
    services: { sid: string }[];
  }>("/v1/account/senders");
  const known = [...services.map(({ sid }) => sid), ...numbers.map(({ number }) => number)];
  expect(known.length).toBeGreaterThan(1);
  await open(page);
  const listed = page.getByRole("list", { name: "At Twilio" }).getByRole("listitem");
  await expect(listed).toHaveCount(known.length);
  for (const [at, sender] of known.entries()) await expect(listed.nth(at)).toContainText(sender);
  await expect(page.locator("#at-twilio option")).toHaveCount(known.length);
});

test("a sender is registered, changed and removed", async ({ page, host }) => {
  await open(page);
  const senders = page.getByRole("region", { name: "Senders" });
  const row = senders.getByRole("listitem").filter({ hasText: SENDER });
  await senders.getByLabel("Environment").selectOption("live");
  await senders.getByLabel("Sender", { exact: true }).fill(SENDER);
  await senders.getByLabel("Segments a minute").fill("90");
  await senders.getByRole("button", { name: "Register" }).click();
  await expect(senders.getByRole("status")).toContainText(`${SENDER} may send in live`);
  await expect(row).toContainText("90 segments a minute");
  await expect(row).toContainText("Verbatim answers");

  const other = senders.getByRole("button", { name: "Change +15550001236 in sandbox" });
  await other.click();
  const rate = await senders.getByLabel("Segments a minute").inputValue();
  await refill(senders.getByLabel("Segments a minute"), "77");
  await row.getByRole("button", { name: "Change" }).click();
  await expect(senders.getByLabel("Segments a minute")).toHaveValue("90");
  await other.click();
  await expect(senders.getByLabel("Segments a minute")).toHaveValue(rate);
  await row.getByRole("button", { name: "Change" }).click();
  await refill(senders.getByLabel("Segments a minute"), "0");
  await senders.getByLabel("Answers to STOP").selectOption("Twilio");
  await senders.getByLabel("answer is lost").selectOption("resend");
  await expectAccessible(page);
  await expectNarrow(page);
  await senders.getByRole("button", { name: `Save ${SENDER}` }).click();
  await expect(row).toContainText("as fast as it goes");
  const { senders: stored } = await host.get<{ senders: { sender: string }[] }>("/v1/senders");
  expect(stored.filter(({ sender }) => sender === SENDER)).toEqual([
    {
      environment: "live",
      sender: SENDER,
      replies: "twilio",
      on_unknown: "resend",
      resend_undelivered: false,
      segments_per_minute: null,
    },
  ]);

  await row.getByRole("button", { name: "Remove" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
  await expect(row).toHaveCount(0);
});

test("a webhook's secret is shown once, what it hears is posted, and posted again", async ({
  page,
  host,
}) => {
  const heard: string[] = [];
  const receiver = createServer((request, response) => {
    heard.push(String(request.headers["webhook-id"]));
    request.resume().on("end", () => response.end());
  }).listen(0, "127.0.0.1");
  await once(receiver, "listening");
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;

  await open(page);
  const webhooks = page.getByRole("region", { name: "Webhooks", exact: true });
  await expect(webhooks).toContainText("posted nowhere");
  await webhooks.getByLabel("Address").fill(url);
  await webhooks.getByRole("button", { name: "Set", exact: true }).click();
  const secret = (await webhooks.getByTestId("secret").textContent()) ?? "";
  expect(secret).toMatch(/^whsec_/);
  await expectAccessible(page);
  await expectNarrow(page);
  await webhooks.getByRole("button", { name: "I have kept it" }).click();
  expect(await held(page)).not.toContain(secret);
  await expect(webhooks.getByRole("listitem")).toContainText(url);

  const text = "<u>when do you close?</u>";
  const asked = { from: "+12025550177", to: "+15550001236", body: text };
  await host.call("POST", "/v1/dev/phone", asked);
  const event = page.getByRole("article", { name: "Event of +12025550177" });
  await expect(event).toContainText("delivered");
  await expect(event).toContainText(text);
  await event.getByRole("button", { name: "Post it again" }).click();
  await expect.poll(() => heard.length).toBe(2);
  expect(new Set(heard).size).toBe(1);
  await expect(event).toContainText("delivered");
  await page.getByLabel("State of the events").selectOption("dead");
  await expect(page.getByText("None is dead.")).toBeVisible();

  await webhooks.getByRole("button", { name: "Remove the webhook of default" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
  await expect(webhooks).toContainText("posted nowhere");
  receiver.close();
});

test.describe("refusals", () => {
  test.use({ expected: [/Failed to load resource: .* 422/] });

  test("what the host refuses is said where it was typed", async ({ page }) => {
    await open(page);
    const senders = page.getByRole("region", { name: "Senders" });
    await senders.getByLabel("Sender", { exact: true }).fill("12 34");
    await senders.getByRole("button", { name: "Register" }).click();
    await expect(senders.getByRole("alert")).toContainText("12 34");
    const webhooks = page.getByRole("region", { name: "Webhooks", exact: true });
    await webhooks.getByLabel("Address").fill("http://example.com/");
    await webhooks.getByRole("button", { name: "Set", exact: true }).click();
    await expect(webhooks.getByRole("alert")).toContainText("https");
  });
});

test("what counts as a keyword beside the table is set, and the phone tells it as one types", async ({
  page,
}) => {
  await open(page);
  const keywords = page.getByRole("region", { name: "Keywords" });
  await expect(keywords).toContainText("US law lets people opt out by REVOKE");
  await keywords.getByLabel(/US law/).check();
  await keywords.getByLabel(/Words for STOP/).fill("basta, no mas");
  await keywords.getByText("Patterns", { exact: false }).first().click();
  await keywords.getByLabel("Patterns for STOP").fill("leave me( alone){0,2}\nno more.*");
  await keywords.getByLabel(/Reply to HELP/).fill("Call +1 555 000 1234.");
  await keywords.getByRole("button", { name: "Save keywords" }).click();
  await expect(keywords.getByRole("status")).toContainText("from now on");
  await expect(keywords).not.toContainText("US law lets people");
  await page.reload();
  await expect(keywords.getByLabel("Patterns for STOP")).toHaveValue(
    "leave me( alone){0,2}\nno more.*",
  );
  await expectAccessible(page);
  await expectNarrow(page);

  await page.getByRole("link", { name: "Phone" }).click();
  const answer = page.getByRole("textbox", { name: "Answer", exact: true });
  for (const word of ["Opt out!", "basta", "No mas", "leave me alone", "No more texts"]) {
    await answer.fill(word);
    await expect(page.getByText(/read as STOP/)).toBeVisible();
  }
  await answer.fill("please revoke");
  await expect(page.getByText("no keyword: goes on to the agent")).toBeVisible();
});
