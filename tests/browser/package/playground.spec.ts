// The playground: written, sent, answered with STOP and suppressed, all without a server; a link
// shows a colleague the same.
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { AxeBuilder } from "@axe-core/playwright";
import { ElementPage } from "./editor-page.ts";
import { expect, test } from "./fixtures.ts";
import { Site } from "./project.ts";

const SITE = fileURLToPath(new URL("../../../www/site", import.meta.url));
// The page has a policy of its own, for servers that send none.
const NO_POLICY = "";

test("a template is sent, answered and suppressed in the page, and shared by its link", async ({
  page,
  context,
}) => {
  const site = await Site.serve(SITE, NO_POLICY);
  const asked: string[] = [];
  page.on("request", (request) => asked.push(new URL(request.url()).pathname));
  await page.goto(site.address);
  const editor = new ElementPage(page);
  await expect(editor.worst).toContainText("at worst 2 segments in UCS-2");
  await editor.body.fill("Hello {{entity:guest}} 👋");
  const phone = page.getByRole("region", { name: "Phone" });
  const bubbles = phone.getByTestId("bubble-text");
  const send = page.getByRole("button", { name: "Send to the phone" });
  await send.click();
  await expect(bubbles).toHaveText(["Hello Ana 👋"]);
  await expect(phone).toContainText("sent as 1 × UCS-2");
  const answer = phone.getByRole("textbox", { name: "Answer" });
  await answer.fill("Stop!");
  await answer.press("Enter");
  await expect(bubbles).toHaveCount(3);
  await expect(phone).toContainText("read as STOP");
  await expect(bubbles.last()).toContainText("You have been unsubscribed");
  await send.click();
  await expect(phone).toContainText("suppressed: this number has opted out");
  await answer.fill("hello?");
  await answer.press("Enter");
  await expect(phone).toContainText("dropped: this number has opted out");
  await answer.fill("START");
  await answer.press("Enter");
  await send.click();
  await expect(bubbles.last()).toHaveText("Hello Ana 👋");
  await editor.value("guest").fill("");
  await send.click();
  await expect(page.getByRole("alert")).toContainText("guest");

  const colleague = await context.newPage();
  await colleague.goto(page.url());
  await expect(new ElementPage(colleague).preview).toHaveText("Hello {{entity:guest}} 👋");
  await colleague.close();
  expect(new Set(asked), "nothing is asked of a server but the page itself").toEqual(
    new Set(["/", "/playground.css", "/playground.js", "/icon.svg", "/verbatim.wasm"]),
  );
  await site.stop();
});

test("a hostile link is shown as text, and everybody can use the page", async ({ page }) => {
  const site = await Site.serve(SITE, NO_POLICY);
  const body = '<img src=x onerror="window.hacked=1">{{entity:x}}';
  const shared = { body, values: { entity: { x: "<script>window.hacked=1</script>" } }, domains: "{" };
  await page.goto(`${site.address}/#${btoa(JSON.stringify(shared)).replaceAll("=", "")}`);
  const { preview } = new ElementPage(page);
  await expect(preview).toHaveText(
    '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>',
  );
  expect(await page.evaluate(() => "hacked" in window)).toBe(false);
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
  await site.stop();
});

test("what is in the playground is the module of the package", async ({ project }) => {
  const wasm = await readFile(`${SITE}/verbatim.wasm`);
  const packed = await readFile(project.path("node_modules/verbatim-sms/lib/verbatim.wasm"));
  expect(wasm.equals(packed)).toBe(true);
});
