// What goes wrong at the fake Twilio is set in the console, counts at once, and is what the API
// says.
import { expect, test } from "./console.ts";
import { refill } from "./typing.ts";

interface Chaos {
  [name: string]: number | boolean | { least: number; most: number };
}

test("faults are set, kept, refused and taken back", async ({ page, host }) => {
  const now = () => host.get<Chaos>("/v1/dev/chaos");
  await page.getByRole("link", { name: "Chaos" }).click();
  await page.getByRole("slider", { name: "Throttled" }).fill("100");
  await expect(page.getByText("100 %")).toBeVisible();
  await refill(page.getByRole("spinbutton", { name: "Latency from, ms" }), "30");
  // The two changes are under way together, and neither takes the other back.
  await page.getByRole("checkbox", { name: /Twilio answers STOP/ }).check();
  await expect.poll(now).toMatchObject({
    throttled: 1,
    latency_ms: { least: 30, most: 30 },
    answers_keywords: true,
  });

  await page.reload();
  await expect(page.getByRole("slider", { name: "Throttled" })).toHaveValue("100");
  await expect(page.getByRole("checkbox", { name: /Twilio answers STOP/ })).toBeChecked();

  await page.getByRole("button", { name: "All calm" }).click();
  await expect.poll(now).toMatchObject({ throttled: 0, answers_keywords: false });
  await expect(page.getByRole("slider", { name: "Throttled" })).toHaveValue("0");
});
