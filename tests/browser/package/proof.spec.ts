// What is promised of the editor beside its features: hostile text is text, everybody can use it,
// it fits a phone, it is small, and it is quick.
import { AxeBuilder } from "@axe-core/playwright";
import { gzipSync } from "node:zlib";
import { ElementPage } from "./editor-page.ts";
import { test as base, expect } from "./fixtures.ts";

const test = base.extend<{ editor: ElementPage }>({
  editor: async ({ page, project, serve }, use) => {
    await use(await ElementPage.open(page, project, serve));
  },
});

const HOSTILE = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>';
const FULL = {
  value: `Hi {{entity:guest}}, it’s {{ entity:time }} at \${place} {{vrbl:CODE}} ${"a".repeat(60)}`,
  values: { entity: { guest: "Ana" } },
  domains: {
    entity: { guest: { max_chars: 9, alphabet: "gsm" } },
    variable: { CODE: { min: 1, max: 9 } },
    rows: [{ variant: "Paris", values: { place: "Château" } }],
  },
};

test("hostile bodies, values, names, variants and languages are shown as text", async ({
  editor,
  page,
}) => {
  await editor.set({
    value: `{{entity:x}} ${HOSTILE}\u202e \${place}`,
    values: { entity: { x: `${HOSTILE}{{vrbl:y}}` } },
    names: { entity: [HOSTILE], variant: ["place"] },
    domains: {
      entity: { x: { values: [HOSTILE] } },
      rows: [{ variant: HOSTILE, values: { place: HOSTILE } }],
    },
    bodies: { [HOSTILE]: "x" },
  });
  expect(await editor.preview.textContent()).toBe(
    `${HOSTILE}{{vrbl:y}} ${HOSTILE}\u202e \${place}`,
  );
  await expect(page.getByRole("table")).toContainText(HOSTILE);
  await expect(editor.body.locator(".cm-specialChar"), "a bidi control is seen").toHaveCount(1);
  await expect(page.locator("verbatim-editor :is(img:not(.cm-widgetBuffer), script)")).toHaveCount(0);
  expect(await page.evaluate(() => "hacked" in window)).toBe(false);
});

for (const colorScheme of ["light", "dark"] as const) {
  test(`everybody can use it: axe finds nothing, ${colorScheme}`, async ({ editor, page }) => {
    await page.emulateMedia({ colorScheme });
    await editor.set(FULL);
    await expect(page.getByRole("table")).toBeVisible();
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
    await editor.set({ names: { entity: ["guest"] } });
    await editor.body.press("ControlOrMeta+End");
    await page.keyboard.type(" {{");
    await expect(page.getByRole("option")).toBeVisible();
    const open = await new AxeBuilder({ page }).include("verbatim-editor").analyze();
    expect(open.violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
  });
}

test("a screen reader is told the counts when the typing pauses", async ({ editor, page }) => {
  await editor.body.fill("{{ entity:x }}");
  await expect(page.locator("verbatim-editor").getByRole("status")).toHaveText(
    "1 segment, 18 of 160, GSM-7; 1 finding",
  );
  await expect(editor.body).toHaveAttribute("aria-invalid", "true");
  await expect(editor.body).toHaveAccessibleDescription(/white space inside a token/);
});

test("it is no wider than a phone", async ({ editor, page }) => {
  await page.setViewportSize({ width: 320, height: 700 });
  await editor.set({ ...FULL, value: `${FULL.value} ${"w".repeat(200)} \${${"v".repeat(60)}}` });
  await expect(page.getByRole("table")).toBeVisible();
  const wider = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  expect(await wider()).toBeLessThanOrEqual(0);
});

/** Bytes that the first load may take, as gzip packs them: module, glue, element, CodeMirror. */
const BUDGET = 250_000;

test("module, glue, element and CodeMirror are under 250 kB gzipped", async ({
  page,
  project,
  serve,
}) => {
  let bytes = 0;
  const files: string[] = [];
  page.on("response", async (answer) => {
    if (!/\.(js|wasm)$/.test(answer.url())) return;
    const packed = gzipSync(await answer.body(), { level: 9 }).byteLength;
    files.push(`${new URL(answer.url()).pathname.split("/").at(-1)} ${packed}`);
    bytes += packed;
  });
  const start = performance.now();
  const editor = await ElementPage.open(page, project, serve);
  await editor.body.fill("x");
  await expect(editor.preview).toHaveText("x");
  const shown = Math.round(performance.now() - start);
  expect(files.length).toBeGreaterThan(2);
  test.info().annotations.push({ type: "first load", description: `${bytes} bytes gzipped` });
  console.log(`first load ${bytes} bytes gzipped (${files.join(", ")}), to first preview ${shown} ms`);
  expect(bytes).toBeLessThan(BUDGET);
});
