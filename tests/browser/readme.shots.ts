// Draws the pictures of the README, small enough to be checked in: `npm run pictures`.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Locator, Page } from "@playwright/test";
import { expect, test } from "./console.ts";
import { aDay } from "./day.ts";
import { EditorPage } from "./editor-page.ts";

const FOLDER = fileURLToPath(new URL("../../www/screenshots", import.meta.url));
/** Of WebP, of 1: letters are still sharp. */
const QUALITY = 0.7;
/** A reader of the README loads all of them. */
const MOST_BYTES = 60_000;
const SENDER = "+15550001236";

test.use({ viewport: { width: 1180, height: 760 } });

test("the editor, the phone, the versions and the deliveries", async ({ page, host }) => {
  const editor = await EditorPage.create(page);
  await editor.title.fill("dinner_confirmation");
  await editor.body.fill(
    "Hi {{entity:guest}}, it’s {{ entity:time }} at ${restaurant}. Your code is {{vrbl:CODE}}; " +
      "show it at the door, and we will bring you to your table. {{tn:goodbye}}",
  );
  await editor.value("entity", "guest").fill("Ana");
  await editor.value("variant", "restaurant").fill("Château d'Été");
  await editor.value("variable", "CODE").fill("B-17");
  await editor.value("translation", "goodbye").fill("See you soon!");
  await editor.title.focus();
  await draw(page, "editor");

  await page.getByRole("button", { name: /write `?\{\{entity:time\}\}/ }).click();
  await page.getByRole("button", { name: /^Replace ’|^Replace all/ }).first().click();
  await editor.value("entity", "time").fill("19:30");
  await editor.save();
  const first = await editor.send();
  await expect(first.card.getByTestId("state")).toHaveText("delivered");
  // The phone answers to the sender of the newest message that it shows.
  await expect(editor.received(/19:30/)).not.toHaveCount(0);
  await editor.answer("Stop!");
  await expect(editor.received(/unsubscribed/)).toHaveCount(1);
  const second = await editor.send();
  await expect(second.card.getByTestId("state")).toHaveText("suppressed");
  await draw(page, "phone", page.getByRole("region", { name: "Send", exact: true }));

  await host.call("POST", "/v1/templates", {
    title: "dinner_confirmation_es",
    body: "Hola {{entity:guest}}: a las {{entity:time}} en ${restaurant}. Su clave es {{vrbl:CODE}}.",
    senders: { sandbox: SENDER },
  });
  await editor.body.fill(
    "Hi {{entity:guest}}, it's {{entity:time}} at ${restaurant}. Your code is {{vrbl:CODE}}. {{tn:goodbye}}",
  );
  await editor.save();
  await page.getByRole("link", { name: "← Templates" }).click();
  await page.getByRole("link", { name: "dinner_confirmation", exact: true }).click();
  await page.getByRole("button", { name: "Changes of version 2" }).click();
  await draw(page, "versions", page.getByRole("region", { name: "Languages" }));

  await page.route("**/v1/stats?*", (route) => route.fulfill({ json: aDay() }));
  await page.getByRole("link", { name: "Deliveries", exact: true }).click();
  await expect(page.locator("canvas")).toHaveCount(3);
  await draw(page, "deliveries");
});

/** What is seen, with `top` at its upper edge. */
async function draw(page: Page, name: string, top?: Locator): Promise<void> {
  await (top ?? page.locator("header.top")).evaluate((node) => {
    scrollTo(0, node.getBoundingClientRect().top + scrollY - 12);
  });
  await page.waitForTimeout(300);
  const png = await page.screenshot({ animations: "disabled" });
  const webp = await asWebp(page, png);
  expect(webp.length, name).toBeLessThan(MOST_BYTES);
  await mkdir(FOLDER, { recursive: true });
  await writeFile(join(FOLDER, `${name}.webp`), webp);
}

/** The browser that drew it also packs it, on a page that forbids nothing. */
async function asWebp(page: Page, png: Buffer): Promise<Buffer> {
  const empty = await page.context().newPage();
  const bytes = await empty.evaluate(
    async ({ data, quality }) => {
      const image = await createImageBitmap(await (await fetch(data)).blob());
      const canvas = new OffscreenCanvas(image.width, image.height);
      canvas.getContext("2d")?.drawImage(image, 0, 0);
      const blob = await canvas.convertToBlob({ type: "image/webp", quality });
      return [...new Uint8Array(await blob.arrayBuffer())];
    },
    { data: `data:image/png;base64,${png.toString("base64")}`, quality: QUALITY },
  );
  await empty.close();
  return Buffer.from(bytes);
}
