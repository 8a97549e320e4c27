// The editor as its writer meets it: marks in the text, fixes, completion, undo, what a message
// comes to at worst; by mouse and by keyboard alone.
import { ElementPage } from "./editor-page.ts";
import { test as base, expect } from "./fixtures.ts";
import { paste } from "../typing.ts";

const test = base.extend<{ editor: ElementPage }>({
  editor: async ({ page, project, serve }, use) => {
    await use(await ElementPage.open(page, project, serve));
  },
});

test("tokens are chips of their kind, and stay text", async ({ editor }) => {
  const body = "${a} {{entity:b}} {{vrbl:C}} {{tn:d}} {{ entity:e }}";
  await editor.body.fill(body);
  for (const [kind, text] of [
    ["variant", "${a}"],
    ["entity", "{{entity:b}}"],
    ["variable", "{{vrbl:C}}"],
    ["translation", "{{tn:d}}"],
  ]) {
    await expect(editor.body.locator(`.vb-${kind}`)).toHaveText(text ?? "");
  }
  await expect(editor.body.locator(".cm-lintRange-error")).toHaveText("{{ entity:e }}");
  await editor.body.press("ControlOrMeta+Home");
  for (let moved = 0; moved < 3; moved += 1) await editor.body.press("ArrowRight");
  await editor.body.press("x");
  expect(await editor.get("value"), "one types within a chip").toBe(body.replace("${a}", "${ax}"));
});

test("the beginning of each segment is drawn in the text, and counted in the line", async ({
  editor,
}) => {
  await editor.body.fill("a".repeat(160));
  await expect(editor.begins).toHaveCount(0);
  await expect.poll(() => editor.counts()).toBe("1 segment, 160 of 160, GSM-7");
  await editor.body.fill(`${"a".repeat(152)}€${"b".repeat(10)}`);
  await expect.poll(() => editor.counts()).toBe("2 segments, 164 of 305, GSM-7");
  // A character of two septets is not parted: the first segment ends one before its end.
  const before = () =>
    editor.begins.first().evaluate((mark) => {
      const line = mark.closest(".cm-line");
      if (line === null) return -1; // drawn anew since
      const range = document.createRange();
      range.setStart(line, 0);
      range.setEndBefore(mark);
      return range.toString().length;
    });
  await expect.poll(before).toBe(152);
  await editor.body.fill(`👋${"c".repeat(100)}`);
  await expect.poll(() => editor.counts()).toBe("2 segments, 102 of 134, UCS-2");
  await expect.poll(before).toBe(67);
});

test("a segment that begins within a value is drawn at its token", async ({ editor }) => {
  await editor.body.fill("${a}!");
  await editor.value("a").fill("x".repeat(400));
  await expect(editor.begins).toHaveAttribute("data-segment", "2 3");
  await expect(editor.preview.locator(".begins")).toHaveCount(2);
  expect(await editor.preview.textContent(), "the mark is no text").toBe(`${"x".repeat(400)}!`);
});

test("characters that force UCS-2 are marked, and replaced with what that saves", async ({
  editor,
  page,
}) => {
  await editor.body.fill(`It’s … ${"a".repeat(80)} {{entity:x}}`);
  await editor.value("x").fill("“here”");
  await expect(editor.forces).toHaveText(["’", "…"]);
  await expect(editor.body.locator(".vb-value-forces")).toHaveText("{{entity:x}}");
  await page.getByRole("button", { name: "Replace all (saves 1 segment)" }).click();
  expect(await editor.get("value")).toBe(`It's ... ${"a".repeat(80)} {{entity:x}}`);
  await expect(editor.value("x")).toHaveValue('"here"');
  expect(await editor.counts()).toMatch(/^1 segment, \d+ of 160, GSM-7$/);
  await editor.body.press("ControlOrMeta+z");
  expect(await editor.get("value"), "one step of undo").toContain("It’s …");
  await expect(editor.value("x"), "undoes values too").toHaveValue("“here”");
  await editor.body.press("ControlOrMeta+y");
  expect(await editor.get("value")).toContain("It's ...");
  await expect(editor.value("x")).toHaveValue('"here"');
});

test("undo takes back typing, and never reaches into the text before", async ({ editor }) => {
  await editor.set({ value: "first" });
  await expect(editor.preview).toHaveText("first");
  await editor.set({ value: "second" });
  await expect(editor.preview).toHaveText("second");
  await editor.body.press("ControlOrMeta+End");
  await editor.body.pressSequentially(" more");
  await editor.body.press("ControlOrMeta+z");
  expect(await editor.get("value")).toBe("second");
  await editor.body.press("ControlOrMeta+z");
  expect(await editor.get("value"), "another text is not undone").toBe("second");
});

test("names are completed after `$` and `{{`, by keyboard alone", async ({ editor, page }) => {
  await editor.set({ names: { variant: ["city", "cuisine"], entity: ["guest"], variable: ["CODE"] } });
  await editor.body.focus();
  await page.keyboard.type("In $");
  await expect(page.getByRole("option")).toHaveText([/^city/, /^cuisine/]);
  // Keys are the list's only when it has stood for a moment, so that no one picks unseen.
  await page.waitForTimeout(100);
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  expect(await editor.get("value")).toBe("In ${cuisine}");
  await page.keyboard.type(" {{");
  await expect(page.getByRole("option")).toHaveText([/^guest/, /^CODE/]);
  await page.keyboard.press("Escape");
  await expect(page.getByRole("option")).toHaveCount(0);
  await page.keyboard.type("gu");
  await expect(page.getByRole("option")).toHaveText([/^guest/]);
  await page.waitForTimeout(100);
  await page.keyboard.press("Enter");
  expect(await editor.get("value")).toBe("In ${cuisine} {{entity:guest}}");
});

test("without names, those of the sample values are offered", async ({ editor, page }) => {
  await editor.set({ values: { entity: { guest: "Ana" } } });
  await editor.body.focus();
  await page.keyboard.type("{{");
  await expect(page.getByRole("option")).toHaveText([/^guest/]);
});

test("what is wrong is mended at the cursor, and Tab leaves the field", async ({ editor, page }) => {
  await editor.body.fill("Hi {{ entity:x }} and ${first name}");
  // Keys go from one underlined place to the next, so these have to be there.
  await expect(editor.body.locator(".cm-lintRange")).toHaveCount(2);
  await editor.body.press("ControlOrMeta+Home");
  await page.keyboard.press("F8");
  await page.keyboard.press("ControlOrMeta+.");
  await expect.poll(() => editor.get("value")).toContain("Hi {{entity:x}} and");
  await expect(editor.findings).toHaveCount(1);
  await page.keyboard.press("Tab");
  await expect(editor.body, "no trap for the keyboard").not.toBeFocused();
  await page.keyboard.press("Shift+Tab");
  await expect(editor.body).toBeFocused();
});

test("a space at the cursor is the next word’s, and a finding once the writer leaves it", async ({
  editor,
  page,
}) => {
  const found = editor.findings.filter({ hasText: "white space at the end" });
  const underlined = editor.body.locator(".cm-lintRange");
  await editor.set({ value: "Hi" });
  await editor.body.press("ControlOrMeta+End");
  await page.keyboard.type(" there ");
  await expect.poll(() => editor.counts()).toMatch(/^1 segment, 9 of/);
  // Longer than the squiggles wait.
  await page.waitForTimeout(200);
  await expect(found).toHaveCount(0);
  await expect(underlined).toHaveCount(0);
  await page.keyboard.press("ArrowLeft");
  await expect(found).toHaveCount(1);
  await expect(underlined).toHaveCount(1);
  await page.keyboard.press("ArrowRight");
  await expect(found).toHaveCount(0);
  await expect(underlined).toHaveCount(0);
  await editor.body.blur();
  await expect(found).toHaveCount(1);
});

test("a name that does not exist is a finding with the nearest one", async ({ editor }) => {
  await editor.set({ names: { entity: ["guest"] }, value: "Hi {{entity:gest}}" });
  await expect(editor.findings).toContainText("expected perhaps {{entity:guest}}");
  await editor.findings.getByRole("button", { name: "{{entity:guest}}" }).click();
  expect(await editor.get("value")).toBe("Hi {{entity:guest}}");
});

test("a pointer on a token is told its kind and value, as text", async ({ editor, page }) => {
  await editor.set({ value: "Hi {{entity:x}}, it’s", values: { entity: { x: "<b>bold</b>" } } });
  await editor.body.locator(".vb-entity").hover();
  await expect(page.locator(".vb-hover")).toContainText("sample value: <b>bold</b>");
  await expect(page.locator(".vb-hover b")).toHaveCount(0);
});

const DOMAINS = {
  entity: { guest: { max_chars: 30, alphabet: "gsm" } },
  rows: [
    { variant: "Paris", values: { place: "Château d’Été" } },
    { variant: "Rome", values: { place: "Da Enzo" } },
  ],
};

test("what a message takes at worst is said with its values, and shown", async ({ editor, page }) => {
  const rows = [
    { variant: "Paris", values: { place: "Café d’Été" } },
    { variant: "Rome", values: { place: "Da Enzo" } },
  ];
  await editor.set({ value: `Hi {{entity:guest}}, see you at \${place}. ${"a".repeat(30)}` });
  await editor.set({ domains: { ...DOMAINS, rows }, values: { variant: { place: "Da Enzo" } } });
  await expect(editor.worst).toContainText("at worst 2 segments in UCS-2 with");
  await expect(editor.worst).toContainText("place = Café d’Été");
  await editor.worst.getByRole("button", { name: "show this message" }).click();
  await expect(editor.value("place")).toHaveValue("Café d’Été");
  expect(await editor.counts()).toMatch(/^2 segments, \d+ of 134, UCS-2$/);
  await page.getByRole("button", { name: "Replace all" }).click();
  await expect(editor.value("place"), "of what stands here, not of the domain").toHaveValue(
    "Café d'Été",
  );
});

test("what is not known of a token is said instead of bounds", async ({ editor }) => {
  await editor.set({ value: "{{entity:other}}", domains: DOMAINS });
  await expect(editor.worst).toContainText("other");
  await editor.set({ domains: null });
  await expect(editor.worst).toHaveCount(0);
});

test("variants by languages stand in a table, and a cell opens its message", async ({
  editor,
  page,
}) => {
  await editor.set({
    ...{ domains: DOMAINS, language: "en", value: "Hi {{entity:guest}}, ${place}" },
    bodies: { en: "overridden by value", es: "¡Hola {{entity:guest}}! Nos vemos en ${place}" },
  });
  const table = page.getByRole("table");
  await expect(table.getByRole("columnheader")).toHaveText(["Variant", "en", "es"]);
  await expect(table.getByRole("row", { name: "Rome" })).toContainText("1 GSM-7");
  await expect(table.getByRole("button", { name: /^Paris in es: 1 segment, UCS-2/ })).toBeVisible();
  const asked = editor.element.evaluate(
    (one) =>
      new Promise((resolve) => {
        one.addEventListener("witness", (event) => resolve((event as CustomEvent).detail));
      }),
  );
  await table.getByRole("button", { name: /^Rome in en/ }).click();
  expect(await asked).toMatchObject({ language: "en", variant: "Rome" });
  await expect(editor.value("place")).toHaveValue("Da Enzo");
  await expect(editor.preview).toContainText("Da Enzo");
});

test("it is a field of its form: value, reset, disabled and read-only", async ({ editor, page }) => {
  const sent = () => page.locator("form").evaluate((form) => new FormData(form as never).get("body"));
  await editor.body.fill("Hello");
  expect(await sent()).toBe("Hello");
  await page.getByRole("button", { name: "Reset" }).click();
  expect(await editor.get("value")).toBe("");
  await editor.set({ value: "It’s {{ entity:x }}", readonly: true });
  await expect(editor.findings).toHaveCount(1);
  await expect(page.getByRole("button", { name: /write|Replace/ })).toHaveCount(0);
  await editor.body.focus();
  await page.keyboard.type("x");
  await page.keyboard.press("ControlOrMeta+.");
  expect(await editor.get("value"), "nothing is changed by keys").toBe("It’s {{ entity:x }}");
});

test("a page is told of what the writer did, and of nothing else", async ({ editor, page }) => {
  await editor.element.evaluate((one) => {
    const told: string[] = [];
    Object.assign(window, { told });
    for (const name of ["edit", "input", "change"]) {
      one.addEventListener(name, () => told.push(name));
    }
  });
  const told = () => page.evaluate(() => (window as never as { told: string[] }).told.splice(0));
  await editor.set({ value: "Hi {{entity:x}}", values: { entity: { x: "1" } } });
  await expect(editor.preview).toHaveText("Hi 1");
  expect(await told()).toEqual([]);
  await editor.body.press("ControlOrMeta+End");
  await page.keyboard.type("!");
  expect(await told()).toEqual(["edit", "input"]);
  await editor.value("x").fill("2");
  expect(await told(), "leaving the body, then a value").toEqual(["change", "edit"]);
});

test("right to left, emoji and joined characters are edited whole", async ({ editor, page }) => {
  await editor.body.fill("שלום {{entity:x}} 👩‍👩‍👧!");
  const direction = await editor.body
    .locator(".cm-line")
    .evaluate((line) => getComputedStyle(line).unicodeBidi);
  expect(direction).toBe("plaintext");
  await expect(editor.body.locator(".vb-entity")).toHaveAttribute("dir", "ltr");
  await editor.body.press("ControlOrMeta+End");
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("Backspace");
  const left = await editor.get("value");
  expect(left, "a family goes as one, or person by person, never by half").not.toMatch(
    /[\ud800-\udfff](?![\udc00-\udfff])(?<![\ud800-\udbff][\udc00-\udfff])/,
  );
});

test("line ends are those that are sent", async ({ editor }) => {
  await editor.set({ value: "a\r\nb" });
  await expect.poll(() => editor.counts()).toContain("4 of 160");
  expect(await editor.get("value")).toBe("a\r\nb");
  await paste(editor.body, "c\r\nd");
  expect(await editor.get("value")).toContain("c\nd");
});
