// <verbatim-editor> alone on a page that forbids all it can: no console, no host, no bundler.
import type { Locator, Page } from "@playwright/test";
import type { Project, Site } from "./project.ts";

/** What a test reads of the element and sets on it. */
export interface EditorElement extends HTMLElement {
  value: string;
  values: object;
  domains: object | null;
  names: object | null;
  bodies: object;
  language: string;
  readonly: boolean;
}

export const PAGE = `<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Editor</title><link rel="icon" href="data:,"><link rel="stylesheet" href="page.css">
<script type="module" src="/node_modules/verbatim-sms/lib/element.js"></script>
</head><body><main><h1>Editor</h1><form><verbatim-editor name="body"></verbatim-editor>
<button type="reset">Reset</button></form></main></body></html>`;

const CSS = `body { margin: 0; padding: 12px; font: 16px system-ui; color: CanvasText; background: Canvas; }
main { max-width: 1000px; margin: auto; }`;

export class ElementPage {
  readonly element: Locator;
  readonly body: Locator;
  readonly preview: Locator;
  readonly findings: Locator;
  readonly worst: Locator;
  readonly begins: Locator;
  readonly forces: Locator;

  constructor(readonly page: Page) {
    this.element = page.locator("verbatim-editor");
    this.body = page.getByRole("textbox", { name: "Body" });
    this.preview = page.getByTestId("preview-text");
    this.findings = page.getByRole("list", { name: "Findings" }).getByRole("listitem");
    this.worst = page.getByTestId("worst");
    this.begins = this.body.locator(".vb-begins");
    this.forces = this.body.locator(".vb-forces");
  }

  static async open(page: Page, project: Project, serve: (folder: string) => Promise<Site>) {
    await project.write("editor/index.html", PAGE);
    await project.write("editor/page.css", CSS);
    const site = await serve("");
    await page.goto(`${site.address}/editor/`);
    const editor = new ElementPage(page);
    await editor.body.waitFor();
    return editor;
  }

  async set(change: Partial<EditorElement>): Promise<void> {
    await this.element.evaluate(
      (one, properties) => void Object.assign(one, properties),
      change as Record<string, unknown>,
    );
  }

  async get<Name extends keyof EditorElement>(name: Name): Promise<EditorElement[Name]> {
    return this.element.evaluate((one, asked) => (one as never)[asked], name) as never;
  }

  value(name: string): Locator {
    return this.page.getByRole("textbox", { name: new RegExp(`^${name} `) });
  }

  /** "1 segment, 143 of 160, GSM-7" */
  async counts(): Promise<string> {
    const text = await this.page.locator("verbatim-editor .counts p").textContent();
    return (text ?? "").replaceAll(/\s+/g, " ").replaceAll(" ,", ",").trim();
  }
}
