// A sender whose campaign is not registered (A2P 10DLC) is marked with what to do, a live send from
// it is refused or goes with a warning, and the editor warns of what the campaign does not announce.
import { expectAccessible, expectNarrow } from "./accessible.ts";
import { expect, test } from "./console.ts";
import { EditorPage } from "./editor-page.ts";

const LIVE = "+15550001234";

// The host's refusal is an answer with a status, which Chromium reports to its console.
test.use({ expected: [/Failed to load resource: .* 422/] });

// Other files of tests send by the same host.
test.afterEach(async ({ host }) => {
  await host.call("PUT", "/v1/dev/chaos", {});
  await host.call("POST", "/v1/registrations/look");
});

test("a blocked sender is marked, refused, let go with a warning, and mended", async ({
  page,
  host,
}) => {
  await page.getByRole("link", { name: "Chaos" }).click();
  await page.getByLabel("Campaign of each Messaging Service").selectOption("failed");
  await page.getByLabel("It says that its messages hold no links").check();
  await expect
    .poll(() => host.get("/v1/dev/chaos"))
    .toMatchObject({ campaign: "FAILED", campaign_without_links: true });

  await page.getByRole("link", { name: "Settings" }).click();
  const card = page.getByRole("region", { name: "A2P 10DLC" });
  const row = card.getByRole("listitem").filter({ hasText: LIVE });
  await expect(row).toContainText("VERIFIED");
  await card.getByRole("button", { name: "Look again" }).click();
  await expect(row).toContainText("A2P 10DLC failed");
  await expect(row).toContainText("campaign FAILED, brand APPROVED; mend the campaign at console.twilio.com");
  await expect(row.getByRole("time")).toBeVisible();
  const sender = page.getByRole("region", { name: "Senders" }).getByRole("listitem");
  await expect(sender.filter({ hasText: LIVE })).toContainText("blocked");
  await expectAccessible(page);
  await expectNarrow(page);

  await page.getByRole("link", { name: "Templates" }).click();
  const editor = await EditorPage.create(page);
  await editor.title.fill("see_the_menu");
  await editor.body.fill("Our menu: https://example.com/menu");
  await page.getByLabel("Live sender").fill(LIVE);
  const senders = page.getByRole("region", { name: "Senders" });
  await expect(senders).toContainText("A2P 10DLC failed");
  await senders.getByText("What its campaign says that it sends").first().click();
  await expect(senders).toContainText("your table at Trattoria Roma is ready");
  const unannounced = editor.findings.filter({ hasText: "the campaign says that its messages" });
  await expect(unannounced).toHaveCount(1);
  await expectAccessible(page);
  await editor.save();
  await page.getByRole("button", { name: "Publish version 1 to Live" }).click();
  const send = editor.sendForm;
  await send.getByRole("combobox", { name: "Environment" }).selectOption("Live");
  await expect(send).toContainText("blocked");
  await send.getByRole("button", { name: "Send", exact: true }).click();
  await expect(send.getByRole("alert")).toContainText("expected an A2P 10DLC campaign");

  await host.call("PUT", "/v1/registrations", { on_unregistered: "warn" });
  await send.getByRole("button", { name: "Send", exact: true }).click();
  await expect(send.getByRole("article")).toContainText("30034");
  await page.getByRole("link", { name: "← Templates" }).click();
  const listed = page.getByRole("listitem").filter({ hasText: "see_the_menu" });
  await expect(listed).toContainText("blocked");

  await page.getByRole("link", { name: "Settings" }).click();
  const choice = card.getByLabel("A live message that carriers would block");
  await expect(choice).toHaveValue("warn");
  await choice.selectOption("is refused");
  await expect
    .poll(() => host.get("/v1/registrations"))
    .toMatchObject({ on_unregistered: "refuse" });
});
