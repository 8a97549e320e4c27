// The element and the playground in WebKit, whose fields, selections and styles are its own: what a
// writer types is previewed, counted, mended and sent there too, and nothing breaks the page's policy.
import { fileURLToPath } from "node:url";
import { PAGE } from "../package/editor-page.ts";
import { test as base, expect } from "../package/fixtures.ts";
import { Site } from "../package/project.ts";
import { WebKit } from "./webkit.ts";

const SITE = fileURLToPath(new URL("../../../www/site", import.meta.url));
const ELEMENT = "document.querySelector('verbatim-editor')";
const ROOT = `${ELEMENT}?.shadowRoot`;
const BODY = `${ROOT}?.querySelector('.cm-content') ?? null`;
const text = (selector: string) =>
  `(${ROOT}?.querySelector(${JSON.stringify(selector)})?.textContent ?? '').replace(/\\s+/g, ' ').trim()`;
const button = (root: string, label: string) =>
  `[...${root}?.querySelectorAll('button') ?? []].find((one) => one.textContent.includes(${JSON.stringify(label)})) ?? null`;
const BACKSPACE = "\uE003";
const ENTER = "\uE007";

const test = base.extend<{ webkit: WebKit }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads a fixture's needs from it
  webkit: async ({}, use) => {
    const webkit = await WebKit.start();
    await use(webkit);
    await webkit.stop();
  },
});

test("a body is typed, completed, counted and mended in the element", async ({
  webkit,
  project,
  serve,
}) => {
  await project.write("webkit/index.html", PAGE);
  await project.write("webkit/page.css", "body { margin: 0 }");
  await webkit.open(`${(await serve("")).address}/webkit/`);
  await webkit.click(BODY);
  await webkit.evaluate(
    `(window.broken = [], addEventListener('securitypolicyviolation', (event) => broken.push(event.violatedDirective)),
      Object.assign(${ELEMENT}, { names: { entity: ['guest'] }, values: { entity: { guest: 'Ana' } } }), null)`,
  );
  const shown = (selector: string) => webkit.evaluate<string>(text(selector));

  await webkit.type("Hi {{");
  await expect.poll(() => shown(".cm-tooltip-autocomplete li")).toContain("guest");
  await webkit.type(`${ENTER}, it is {{ entity:guest }} or “you”`);
  await expect
    .poll(() => webkit.evaluate(`${ELEMENT}.value`))
    .toBe("Hi {{entity:guest}}, it is {{ entity:guest }} or “you”");
  await expect.poll(() => shown('[part="preview"]')).toContain("Hi Ana, it is");
  await expect.poll(() => shown(".counts p")).toContain("UCS-2");
  await webkit.click(button(ROOT, "Replace all"));
  await expect.poll(() => shown(".counts p")).toContain("GSM-7");
  await webkit.click(button(`${ROOT}?.querySelector('.findings')`, "{{entity:guest}}"));
  await expect
    .poll(() => webkit.evaluate(`${ELEMENT}.value`))
    .toBe('Hi {{entity:guest}}, it is {{entity:guest}} or "you"');
  await expect.poll(() => shown('[part="preview"]')).toBe('Hi Ana, it is Ana or "you"');
  await webkit.click(BODY);
  await webkit.selectAll();
  await webkit.type(`${BACKSPACE}e\u0301 👩‍👩‍👧 שלום`);
  await expect.poll(() => shown('[part="preview"]')).toBe("e\u0301 👩‍👩‍👧 שלום");
  expect(await webkit.evaluate("window.broken")).toEqual([]);
});

test("the playground sends, is answered with STOP, and sends no more", async ({ webkit }) => {
  const site = await Site.serve(SITE, "");
  await webkit.open(site.address);
  const said = () => webkit.evaluate<string>("document.body.textContent.replace(/\\s+/g, ' ')");
  await webkit.click(BODY);
  await webkit.selectAll();
  await webkit.type("Hello {{entity:guest}} !");
  await webkit.click(button("document", "Send to the phone"));
  await expect.poll(said).toContain("Hello Ana !");
  await webkit.click("document.querySelector('[aria-label=Phone] input, [aria-label=Phone] textarea')");
  await webkit.type(`Stop!${ENTER}`);
  await expect.poll(said).toContain("read as STOP");
  await webkit.click(button("document", "Send to the phone"));
  await expect.poll(said).toContain("suppressed: this number has opted out");
  await site.stop();
});
