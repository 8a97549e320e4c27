// Draws every page, light and dark, wide and narrow, into screenshots/ (or $SCREENSHOTS).
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "./console.ts";
import { EditorPage } from "./editor-page.ts";

const FOLDER = process.env["SCREENSHOTS"] ?? fileURLToPath(new URL("screenshots", import.meta.url));

const SCREENS = { wide: { width: 1280, height: 900 }, narrow: { width: 390, height: 844 } };
const NUMBER = "+12025550123";
const SENDER = "+15550001236";

test.use({ expected: [/.*/], examples: "project" });

for (const colorScheme of ["light", "dark"] as const) {
  for (const [size, viewport] of Object.entries(SCREENS)) {
    test.describe(`${colorScheme} ${size}`, () => {
      test.use({ colorScheme, viewport });

      test("every page", async ({ page, host }) => {
        const draw = async (name: string) => {
          const path = join(FOLDER, `${name}-${colorScheme}-${size}.png`);
          await page.screenshot({ path, fullPage: true, animations: "disabled" });
        };
        await draw("templates");

        const editor = await EditorPage.create(page);
        await draw("new-template");
        await editor.title.fill(`dinner_${colorScheme}_${size}`);
        await editor.body.fill(
          "Hi {{vrbl:GUEST}}, it’s {{ entity:booking_time }} at ${restarant_name}. " +
            "Your code is {{vrbl:CODE}}. {{tn:see_you_soon}}",
        );
        await editor.value("variable", "GUEST").fill("Ana");
        await draw("editor-findings");

        await page.getByRole("button", { name: /write `?\{\{entity:booking_time\}\}/ }).click();
        await page.getByRole("button", { name: /write `?\$\{restaurant_name\}/ }).click();
        await page
          .getByRole("button", { name: /^Replace ’/ })
          .first()
          .click();
        await editor.value("entity", "booking_time").fill("19:30");
        await editor.value("variable", "CODE").fill("B-17");
        await editor.save();
        await editor.to.fill(NUMBER);
        await editor.to.blur();
        const first = await editor.send();
        await expect(first.card.getByTestId("state")).toHaveText("delivered");
        // The phone answers to the sender of the newest message that it shows.
        await expect(editor.received(/19:30/)).not.toHaveCount(0);
        await editor.answer("Stop!");
        await expect(editor.received(/unsubscribed/)).not.toHaveCount(0);
        const second = await editor.send();
        await expect(second.card.getByTestId("state")).toHaveText("suppressed");
        await editor.phone.getByRole("textbox", { name: "Answer", exact: true }).fill("Start");
        await draw("editor-sent");
        await editor.answer("Start");

        // 21211: Twilio takes no message to it.
        const refused = { to: "+15005550001", from: SENDER, environment: "sandbox" };
        await host.call("POST", "/v1/messages", { ...refused, content: "Your table is ready" });
        await page.getByRole("link", { name: "Deliveries", exact: true }).click();
        await expect(page.getByRole("article").filter({ hasText: "Twilio 21211" }).first()).toBeVisible();
        await expect(page.locator("canvas")).toHaveCount(3);
        await draw("deliveries");
        await page.getByRole("article").filter({ hasText: "delivered" }).getByRole("link").first().click();
        await expect(page.getByRole("list", { name: "What happened" })).toBeVisible();
        await draw("delivery");

        const optOut = { recipient: NUMBER, sender: "+15550001234", reason: "asked by phone" };
        await host.call("POST", "/v1/opt-outs", optOut);
        await page.getByRole("link", { name: "Consent" }).click();
        await page.getByRole("link", { name: NUMBER }).first().click();
        await expect(page.getByRole("list", { name: "Ledger" })).toBeVisible();
        await draw("person");
        await page.getByRole("link", { name: "← Consent" }).click();
        await expect(page.getByRole("list", { name: "Opt-outs" })).toBeVisible();
        await draw("consent");

        await page.getByRole("link", { name: "Agent" }).click();
        await expect(page.getByRole("list", { name: "Actions" })).toBeVisible();
        await draw("agent");
        await page.getByRole("button", { name: "Edit tell_the_way" }).click();
        await expect(page.getByRole("textbox", { name: "Prompt" })).toBeVisible();
        await draw("agent-action");

        await page.getByRole("link", { name: "Settings" }).click();
        const webhooks = page.getByRole("region", { name: "Webhooks", exact: true });
        await expect(webhooks).not.toContainText("Loading");
        // Nobody listens on this port.
        await webhooks.getByLabel("Address").fill("http://127.0.0.1:9/inbound");
        await webhooks.getByRole("button", { name: "Set", exact: true }).click();
        await expect(webhooks.getByTestId("secret")).toBeVisible();
        const asked = { from: NUMBER, to: SENDER, body: "When do you close?" };
        await host.call("POST", "/v1/dev/phone", asked);
        await expect(page.getByRole("article").filter({ hasText: "next try" }).first()).toBeVisible();
        await draw("settings");
        await host.call("DELETE", "/v1/webhooks/default");

        await page.getByRole("link", { name: "Phone" }).click();
        await expect(page.getByTestId("bubble-text").first()).toBeVisible();
        await draw("phone");

        await page.getByRole("link", { name: "Chaos" }).click();
        await page.getByRole("slider", { name: "Time-out after" }).fill("10");
        await expect(page.getByText("10 %")).toBeVisible();
        await draw("chaos");
        await page.getByRole("button", { name: "All calm" }).click();

        await page.route("**/verbatim.wasm", (route) => route.fulfill({ body: "changed" }));
        await page.reload();
        await expect(page.getByRole("alert")).toBeVisible();
        await draw("refused");
        await page.context().clearCookies();
        await page.goto(host.ready.listening);
        await expect(page.getByLabel("API key")).toBeVisible();
        await draw("sign-in");
      });
    });
  }
}
