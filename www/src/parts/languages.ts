// <verbatim-languages>: one text in its languages, side by side: what each says, what it costs,
// and which tokens one has and another lacks. Says `ask` to add one.
import { html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { api, type Template } from "../api.ts";
import { written } from "../editing/changes.ts";
import { pieces } from "../editing/pieces.ts";
import { plural, sentence } from "../editing/words.ts";
import { TOKEN_CHARS, worst, worstWords } from "../editing/worst.ts";
import { pieceShown } from "../elements/preview.ts";
import { address } from "../route.ts";
import type { Preview, Values } from "../types.ts";
import type { Verbatim } from "../verbatim.ts";
import { ask } from "./dialog.ts";
import { Page } from "./page.ts";
import { languageName, parted, relatives } from "./title.ts";

interface Text {
  title: string;
  body: string;
  /** Null for the one that is being written. */
  id: string | null;
}

@customElement("verbatim-languages")
export class VerbatimLanguages extends Page {
  @property({ attribute: false }) engine!: Verbatim;
  /** As it is saved. */
  @property({ attribute: false }) template!: Template;
  /** What stands in the editor. */
  @property() body = "";
  /** All there are. */
  @property({ attribute: false }) templates: Template[] = [];
  @property({ attribute: false }) values: Values = {};

  get #titles(): string[] {
    return this.templates.map(({ title }) => title);
  }

  #texts(): Text[] {
    const { template, templates, body } = this;
    return relatives(template.title, this.#titles).flatMap((title): Text[] => {
      if (title === template.title) return [{ title, body, id: null }];
      const found = templates.find((one) => one.title === title);
      return found === undefined ? [] : [{ title, body: found.body, id: found.id }];
    });
  }

  #add(): void {
    const { template } = this;
    const { name } = parted(template.title, this.#titles);
    ask(this, {
      heading: "Add a language",
      text: `A copy to translate. Its title is ${name}, an underscore and the language: es, pt-BR.`,
      action: "Add",
      field: { label: "Title of the new one", value: `${name}_` },
      confirm: async (title) => {
        const { id } = await api.duplicateTemplate(template.id, title.trim());
        location.hash = address({ page: "template", id });
      },
    });
  }

  protected override render() {
    const texts = this.#texts();
    const all = new Set(texts.flatMap(({ body }) => written(this.engine, body)));
    return html`<section class="card" aria-labelledby="languages">
      <div class="row">
        <h2 id="languages" class="grow">Languages</h2>
        <button type="button" @click=${() => this.#add()}>Add a language</button>
      </div>
      ${
        texts.length < 2
          ? html`<p class="muted small">
            Only this one. A send that names ${parted(this.template.title, this.#titles).name} and a
            language picks the template with that language at the end of its title, and this one
            where there is none.
          </p>`
          : html`<ul class="tongues" aria-label="Languages">
            ${texts.map((text) => this.#text(text, all))}
          </ul>
          <p class="muted small">
            With the sample values of above; at most: with ${TOKEN_CHARS} characters in each token.
          </p>`
      }
    </section>`;
  }

  #text({ title, body, id }: Text, all: Set<string>) {
    const { language } = parted(title, this.#titles);
    const own = new Set(written(this.engine, body));
    const lacking = [...all].filter((token) => !own.has(token));
    const cost = worst(this.engine, body);
    const preview = this.#preview(body);
    return html`<li lang=${language ?? nothing}>
      <h3 lang="en">
        ${language === null ? "Where there is no other" : html`${languageName(language)} <code>${language}</code>`}
      </h3>
      <p class="small" lang="en">
        ${
          id === null
            ? html`<strong>${title}</strong>, in the editor`
            : html`<a href=${address({ page: "template", id })}>${title}</a>`
        }
      </p>
      <p class="sms" dir="auto">${preview === null ? body : pieces(preview, []).map(pieceShown)}</p>
      <p class="small muted" lang="en">
        ${preview === null ? nothing : html`${sentence(preview.segments)};`} at most
        <span class=${cost === null || cost.segments > 1 ? "warn" : ""}>${worstWords(cost)}</span>
      </p>
      ${
        lacking.length === 0
          ? nothing
          : html`<p class="small warn" lang="en">
            lacks ${plural(lacking.length, "token")} of the others: <code>${lacking.join(" ")}</code>
          </p>`
      }
    </li>`;
  }

  #preview(body: string): Preview | null {
    try {
      return this.engine.preview({ body, values: this.values });
    } catch {
      return null;
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "verbatim-languages": VerbatimLanguages;
  }
}
