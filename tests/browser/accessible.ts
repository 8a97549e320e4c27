// Whether everybody can use what the page shows: axe finds nothing, and no page is wider than it is.
import { AxeBuilder } from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";

export async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const found = violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]);
  expect(found, "axe").toEqual([]);
}

/** On a narrow phone nothing is cut off to the right. */
export async function expectNarrow(page: Page): Promise<void> {
  const { width, height } = page.viewportSize() ?? { width: 1280, height: 900 };
  await page.setViewportSize({ width: 390, height: 844 });
  const wider = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  expect(wider, "wider than a narrow phone").toBeLessThanOrEqual(0);
  await page.setViewportSize({ width, height });
}
