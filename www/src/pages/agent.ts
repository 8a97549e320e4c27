// <verbatim-agent>: what the project holds for the agent beside its templates: actions, handoffs,
// variants with their attributes, entities and translations; and its files, in and out.
import { html, nothing } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import type { Question, VerbatimDialog } from "../parts/dialog.ts";
import { Page } from "../parts/page.ts";
import { type Items, KINDS, project } from "../project.ts";
import type { Names } from "../types.ts";
import type { Verbatim } from "../verbatim.ts";

@customElement("verbatim-agent")
export class VerbatimAgent extends Page {
  @property({ attribute: false }) engine!: Verbatim;
  @state() private items: Items | null = null;
  @state() private names: Names = {};
  @state() private language: string | null = null;
  @query("verbatim-dialog") private dialog!: VerbatimDialog;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#list();
  }

  async #list(): Promise<void> {
    const found = await this.attempt(async () => {
      const [whole, ...lists] = await Promise.all([project.whole(), ...KINDS.map(project.list)]);
      return { whole, items: Object.fromEntries(KINDS.map((kind, at) => [kind, lists[at]])) };
    });
    if (found === undefined) return;
    this.items = found.items as Items;
    this.names = found.whole.names;
    this.language = found.whole.default_language;
  }

  async #setLanguage(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const typed = new FormData(event.target as HTMLFormElement).get("language");
    const language = String(typed ?? "").trim();
    await this.attempt(() => project.setLanguage(language === "" ? null : language));
  }

  protected override render() {
    const { engine, items, names } = this;
    return html`<h1>Agent</h1>
      ${this.alert()}
      <div class="work" @ask=${(event: CustomEvent<Question>) => this.dialog.ask(event.detail)}>
        ${
          items === null && this.problem !== ""
            ? nothing
            : KINDS.map(
                (kind) => html`<verbatim-items
                  .engine=${engine}
                  .kind=${kind}
                  .items=${items}
                  .names=${names}
                  @changed=${this.#list}
                ></verbatim-items>`,
              )
        }
        ${items === null ? nothing : this.#languageForm()}
        <verbatim-kit @changed=${this.#list}></verbatim-kit>
      </div>
      <verbatim-dialog></verbatim-dialog>`;
  }

  #languageForm() {
    return html`<section class="card" aria-labelledby="language">
      <h2 id="language">Default language</h2>
      <form class="row" @submit=${this.#setLanguage}>
        <input
          name="language"
          type="text"
          autocomplete="off"
          aria-label="Default language"
          placeholder="en"
          .defaultValue=${this.language ?? ""}
        />
        <button type="submit">Set</button>
      </form>
    </section>`;
  }
}
