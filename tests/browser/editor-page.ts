// One template's page as its user sees it, found by roles and accessible names.
import { expect, type Locator, type Page } from "@playwright/test";

declare global {
  interface HTMLElementTagNameMap {
    "verbatim-editor": HTMLElement & { value: string };
  }
}

export const TOKEN_KINDS = {
  variant: "variant attribute",
  entity: "entity",
  variable: "variable",
  translation: "translation",
} as const;

export class EditorPage {
  readonly title: Locator;
  readonly body: Locator;
  readonly preview: Locator;
  readonly findings: Locator;
  readonly to: Locator;
  readonly sendForm: Locator;
  readonly phone: Locator;

  constructor(readonly page: Page) {
    this.title = page.getByRole("textbox", { name: "Title", exact: true });
    this.body = page.getByRole("textbox", { name: "Body" });
    this.preview = page.getByTestId("preview-text");
    this.findings = page.getByRole("list", { name: "Findings" }).getByRole("listitem");
    this.sendForm = page.getByRole("region", { name: "Send", exact: true });
    this.to = this.sendForm.getByRole("textbox", { name: "To" });
    this.phone = page.getByRole("region", { name: "Phone" });
  }

  static async create(page: Page): Promise<EditorPage> {
    await page.getByRole("link", { name: "Templates" }).first().click();
    await page.getByRole("link", { name: "New template" }).click();
    const editor = new EditorPage(page);
    await expect(editor.body).toBeVisible();
    return editor;
  }

  /** The body is `text`, to the letter: the marks that are drawn into it are not part of it. */
  async expectBody(text: string, why?: string): Promise<void> {
    const value = () => this.page.locator("verbatim-editor").evaluate((one: HTMLElementTagNameMap["verbatim-editor"]) => one.value);
    await expect.poll(value, why).toBe(text);
  }

  value(kind: keyof typeof TOKEN_KINDS, name: string): Locator {
    const label = `${name} ${TOKEN_KINDS[kind]}`;
    return this.page.getByRole("textbox", { name: label, exact: true });
  }

  /** What the preview counts, as the page shows it. */
  async counts(): Promise<{ segments: number; encoding: string; units: number }> {
    const shown = (id: string) => this.page.getByTestId(id).textContent();
    return {
      segments: Number(await shown("segments")),
      encoding: (await shown("encoding")) ?? "",
      units: Number(await shown("units")),
    };
  }

  async save(): Promise<void> {
    await this.page.getByRole("button", { name: "Save", exact: true }).click();
    await expect(this.page.getByTestId("save-state")).toHaveText(/^Saved/);
  }

  /** Sends, and gives the card and the id of the message that came of it. */
  async send(): Promise<{ card: Locator; id: string }> {
    const cards = this.sendForm.getByRole("article");
    const before = await cards.count();
    await this.sendForm.getByRole("button", { name: "Send", exact: true }).click();
    await expect(cards).toHaveCount(before + 1);
    const id = (await cards.first().getAttribute("data-id")) ?? "";
    return { card: this.page.locator(`article[data-id="${id}"]`), id };
  }

  /** Answers on the phone as the person who holds it. */
  async answer(text: string): Promise<void> {
    await this.phone.getByRole("textbox", { name: "Answer", exact: true }).fill(text);
    await this.phone.getByRole("button", { name: "Answer" }).click();
    await expect(this.phone.getByRole("textbox", { name: "Answer", exact: true })).toHaveValue("");
  }

  /** Messages on the phone with exactly this text, or one that fits. */
  received(text: string | RegExp): Locator {
    return this.phone.locator('[data-direction="to_phone"]').filter({
      has: this.page.getByTestId("bubble-text").and(this.page.getByText(text, { exact: true })),
    });
  }
}
