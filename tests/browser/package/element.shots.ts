// Draws the playground, and the element as other people's pages show it, light and dark, wide and narrow.
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ElementPage } from "./editor-page.ts";
import { test } from "./fixtures.ts";
import { Site } from "./project.ts";

const FOLDER =
  process.env["SCREENSHOTS"] ?? fileURLToPath(new URL("../screenshots", import.meta.url));
const SITE = fileURLToPath(new URL("../../../www/site", import.meta.url));
const SCREENS = { wide: { width: 1100, height: 800 }, narrow: { width: 390, height: 844 } };

for (const colorScheme of ["light", "dark"] as const) {
  for (const [size, viewport] of Object.entries(SCREENS)) {
    test(`the element, ${colorScheme}, ${size}`, async ({ page, project, serve }) => {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize(viewport);
      const editor = await ElementPage.open(page, project, serve);
      await editor.set({
        value:
          "Hi {{entity:guest}}, it’s {{ entity:time }} at ${restaurant}. Your code is {{vrbl:CODE}}; " +
          "show it at the door, and we will bring you to your table. {{tn:goodbye}}",
        values: {
          entity: { guest: "Ana" },
          variant: { restaurant: "Château d’Été" },
          translation: { goodbye: "See you soon!" },
        },
        names: { entity: ["guest", "time"], variant: ["restaurant"], variable: ["CODE"] },
        domains: {
          entity: { guest: { max_chars: 20, alphabet: "gsm" } },
          variable: { CODE: { min: 1, max: 9999 } },
          translation: { goodbye: { values: ["See you soon!", "¡Hasta pronto!"] } },
          rows: [
            { variant: "Paris", values: { restaurant: "Château d’Été" } },
            { variant: "Rome", values: { restaurant: "Da Enzo" } },
          ],
        },
        language: "en",
        bodies: { en: "", es: "¡Hola {{entity:guest}}! ${restaurant}, {{vrbl:CODE}}. {{tn:goodbye}}" },
      });
      await page.getByRole("table").waitFor();
      const draw = (name: string) =>
        page.screenshot({
          path: join(FOLDER, `${name}-${colorScheme}-${size}.png`),
          fullPage: true,
          animations: "disabled",
        });
      await page.waitForTimeout(200);
      await draw("element");
      await editor.body.press("ControlOrMeta+End");
      await page.keyboard.type(" {{");
      await page.getByRole("option").first().waitFor();
      await draw("element-completing");
      await page.keyboard.press("Escape");
      await editor.body.locator(".cm-lintRange-error").first().hover();
      await page.locator(".cm-tooltip-lint").waitFor();
      await draw("element-finding");
    });

    test(`the playground, ${colorScheme}, ${size}`, async ({ page }) => {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize(viewport);
      const site = await Site.serve(SITE, "");
      await page.goto(site.address);
      await page.getByRole("table").waitFor();
      await page.getByRole("button", { name: "Send to the phone" }).click();
      for (const answer of ["See you there!", "Stop!"]) {
        await page.getByRole("textbox", { name: "Answer" }).fill(answer);
        await page.getByRole("button", { name: "Answer" }).click();
      }
      await page.screenshot({
        path: join(FOLDER, `playground-${colorScheme}-${size}.png`),
        fullPage: true,
        animations: "disabled",
      });
      await site.stop();
    });
  }
}
