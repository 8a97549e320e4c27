// The phone in `verbatim dev`: whoever wrote or was written to is listed, each message says what it
// takes, and each answer what became of it and what the agent gets.
import { expectAccessible, expectNarrow } from "./accessible.ts";
import { expect, test } from "./console.ts";

test.use({ alone: "phone" });

test("what a person writes says what becomes of it, and others are a click away", async ({
  page,
  host,
}) => {
  const greeting = { to: "+12025550147", from: "+15550001236", environment: "sandbox" };
  await host.call("POST", "/v1/messages", { ...greeting, content: "Bonjour, ça va ?" });
  await page.getByRole("link", { name: "Phone", exact: true }).click();
  const phone = page.getByRole("region", { name: "Phone" });
  const bubbles = phone.getByRole("log").getByRole("listitem");
  const answer = phone.getByRole("textbox", { name: "Answer", exact: true });
  for (const text of ["<b>Are</b> you there?", "Stop!", "hello?"]) {
    await answer.fill(text);
    await answer.press("Enter");
    await expect(bubbles.filter({ hasText: text })).toHaveCount(1);
  }
  const forwarded = bubbles.filter({ hasText: "you there?" });
  await forwarded.getByText("goes on to the agent").click();
  await expect(forwarded.locator("pre")).toContainText('"text": "<b>Are</b> you there?"');
  await expect(forwarded.locator("pre")).toContainText('"type": "message.received"');
  await expect(bubbles.filter({ hasText: "Stop!" })).toContainText("a keyword: not for the agent");
  await expect(bubbles.filter({ hasText: "hello?" })).toContainText("dropped: this number has opted out");
  await expect(bubbles.filter({ hasText: "unsubscribed" })).toContainText("1 segment in GSM-7");

  const others = page.getByRole("region", { name: "Conversations" }).getByRole("listitem");
  await expect(others).toHaveCount(2);
  await others.filter({ hasText: "+12025550147" }).getByRole("button").click();
  await expect(phone.getByRole("textbox", { name: "Phone of" })).toHaveValue("+12025550147");
  await expect(bubbles).toHaveCount(1);
  // `ç` is no character of GSM-7.
  await expect(bubbles).toContainText("1 segment in UCS-2");
  await expectAccessible(page);
  await expectNarrow(page);
});
