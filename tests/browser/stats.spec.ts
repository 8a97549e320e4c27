// Deliveries in numbers: the charts, and the same as tables, are what the API counts.
import { expectAccessible, expectNarrow } from "./accessible.ts";
import { expect, test } from "./console.ts";

const SENDER = "+15550001236";
/** Twilio takes no message to it: 21211. */
const REFUSED = "+15005550001";

interface Count {
  messages: number;
  states: Record<string, number>;
  predicted_segments: number;
  billed_segments: number;
}

test("charts and tables show how many arrived, by template, sender and code", async ({
  page,
  host,
}) => {
  // uPlot is loaded where a chart is shown, and nowhere else.
  const charts: string[] = [];
  page.on("request", (request) => {
    if (/\/charts-[^/]+\.js$/.test(request.url())) charts.push(request.url());
  });
  await page.reload();
  await expect(page.getByRole("heading", { name: "Templates" })).toBeVisible();
  // Of this template alone: other tests send by the same host.
  await page.goto(new URL("#/deliveries?template=counted", host.ready.listening).href);
  const numbers = page.getByRole("region", { name: "In numbers" });
  await expect(numbers).toContainText("No message was sent in this time.");
  expect(charts).toEqual([]);

  const template = { title: "counted", body: "Your table is ready", senders: { sandbox: SENDER } };
  await host.call("POST", "/v1/templates", template);
  const send = (message: object) => host.call("POST", "/v1/messages", message);
  for (let n = 0; n < 3; n += 1) {
    await send({ to: `+1303555${7000 + n}`, template: "counted", values: {} });
  }
  await send({ to: REFUSED, template: "counted", values: {} });
  await expect
    .poll(async () => {
      const { total } = await host.get<{ total: Count }>("/v1/stats?hours=1&template=counted");
      return [total.states["delivered"], total.states["failed"], total.billed_segments];
    })
    .toEqual([3, 1, 3]);

  await numbers.getByLabel("Period").selectOption("1 hour");
  await expect(numbers).toContainText("75 %");
  await expect(numbers.locator("canvas")).toHaveCount(3);
  expect(charts).toHaveLength(1);
  expect(await inked(page, "states"), "something is drawn").toBeGreaterThan(100);
  await expectAccessible(page);
  await expectNarrow(page);

  await numbers.getByText("By template, sender and code").click();
  const ofTemplate = numbers.getByRole("row").filter({ hasText: "counted" });
  await expect(ofTemplate).toContainText("75 %");
  await expect(numbers.getByRole("row").filter({ hasText: SENDER })).toContainText("75 %");
  await expect(numbers.getByRole("list", { name: "Twilio’s codes" })).toContainText("Twilio 21211");
  await numbers.getByText("The charts as a table").click();
  await expect(numbers.getByRole("group", { name: "By from" }).getByRole("row")).not.toHaveCount(0);
  await expectAccessible(page);

  await numbers.getByRole("link", { name: SENDER }).click();
  await expect(page).toHaveURL(/deliveries\?template=counted&sender=/);
  await page.emulateMedia({ colorScheme: "dark" });
  await expect(numbers.locator("canvas")).toHaveCount(3);
  expect(await inked(page, "segments"), "drawn again").toBeGreaterThan(100);
});

/** How many pixels of a chart are not empty. */
async function inked(page: import("@playwright/test").Page, chart: string): Promise<number> {
  return page.locator(`[data-chart=${chart}] canvas`).evaluate((canvas: HTMLCanvasElement) => {
    const context = canvas.getContext("2d");
    const { data = [] } = context?.getImageData(0, 0, canvas.width, canvas.height) ?? {};
    return [...data].filter((value, index) => index % 4 === 3 && value > 0).length;
  });
}
