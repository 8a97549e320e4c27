// <verbatim-keywords>: which words count as keywords beside the table, and what is answered.
import { html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { api, type Keywords, type Sender } from "../api.ts";
import type { Keyword } from "../types.ts";
import { Page } from "./page.ts";

const KEYWORDS: Keyword[] = ["STOP", "START", "HELP"];
/** Each list with the words that it is known by. */
const SETS = {
  twilio: "Twilio’s: REVOKE, OPTOUT, INFO",
  fcc: "US law’s: REVOKE, OPT OUT",
  french: "French: ARRET, AIDE",
  spanish: "Spanish: ALTO, AYUDA",
} as const;

type Name = keyof typeof SETS;
const NAMES = Object.keys(SETS) as Name[];

@customElement("verbatim-keywords")
export class VerbatimKeywords extends Page {
  /** Those of this host; null while they are on their way. */
  @property({ attribute: false }) senders: Sender[] | null = null;
  /** Null until they are known. */
  @state() private keywords: Keywords | null = null;
  @state() private done = "";

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#read();
  }

  async #read(): Promise<void> {
    this.keywords = (await this.attempt(() => api.keywords())) ?? this.keywords;
  }

  async #save(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    this.done = "";
    const typed = new FormData(event.target as HTMLFormElement);
    const text = (name: string) => String(typed.get(name) ?? "").trim();
    const parts = (name: string, between: RegExp) =>
      text(name)
        .split(between)
        .filter((one) => one !== "");
    const each = <T>(of: (keyword: Keyword) => T) =>
      Object.fromEntries(KEYWORDS.map((keyword) => [keyword, of(keyword)])) as Record<Keyword, T>;
    const saved = await this.attempt(() =>
      api.setKeywords({
        sets: NAMES.filter((name) => typed.has(`set-${name}`)),
        words: each((keyword) => parts(`words-${keyword}`, /\s*[,\n]\s*/)),
        // A pattern may hold a comma.
        patterns: each((keyword) => parts(`patterns-${keyword}`, /\s*\n\s*/)),
        yes_only_when_opted_out: typed.has("yes"),
        replies: each((keyword) => text(`reply-${keyword}`) || null),
      }),
    );
    if (saved === undefined) return;
    this.keywords = saved;
    this.done = "✓ Counts for what people write from now on";
  }

  /** Whether a person in the US or Canada may get something from here. */
  get #isAmerican(): boolean {
    return (this.senders ?? []).some(({ sender }) => sender.startsWith("+1"));
  }

  protected override render() {
    const { keywords } = this;
    return html`<section class="card" aria-labelledby="keywords">
      <h2 id="keywords">Keywords</h2>
      <p class="muted small">
        STOP, START and HELP count with all that the table has. This is what counts besides.
      </p>
      ${this.alert()}
      ${
        keywords !== null && this.#isAmerican && !keywords.sets.includes("fcc")
          ? html`<p class="bad small">
            US law lets people opt out by REVOKE and OPT OUT, too, which do not count here yet.
          </p>`
          : nothing
      }
      ${keywords === null ? html`<p class="muted">Asking…</p>` : this.#form(keywords)}
      <p class="small good" role="status">${this.done}</p>
    </section>`;
  }

  #form({ sets, words, patterns, replies, yes_only_when_opted_out }: Keywords) {
    return html`<form class="fields" @submit=${this.#save}>
      <fieldset class="row">
        <legend>Lists of others</legend>
        ${NAMES.map(
          (name) => html`<label class="check">
            <input name="set-${name}" type="checkbox" .defaultChecked=${sets.includes(name)} />
            ${SETS[name]}
          </label>`,
        )}
      </fieldset>
      ${KEYWORDS.map(
        (keyword) => html`<div class="pairs">
          <label class="field">
            <span>Words for ${keyword} <i>commas between them</i></span>
            <input
              name="words-${keyword}"
              type="text"
              autocomplete="off"
              .defaultValue=${words[keyword].join(", ")}
            />
          </label>
          <label class="field">
            <span>Reply to ${keyword} <i>empty: the table’s</i></span>
            <input
              name="reply-${keyword}"
              type="text"
              autocomplete="off"
              .defaultValue=${replies[keyword] ?? ""}
            />
          </label>
        </div>`,
      )}
      <label class="check">
        <input name="yes" type="checkbox" .defaultChecked=${yes_only_when_opted_out} />
        YES counts only from who is opted out
      </label>
      <details ?open=${KEYWORDS.some((keyword) => patterns[keyword].length > 0)}>
        <summary>Patterns <i>regular expressions that a whole reply matches, one a line</i></summary>
        ${KEYWORDS.map(
          (keyword) => html`<label class="field">
            <span>Patterns for ${keyword}</span>
            <textarea
              name="patterns-${keyword}"
              rows="2"
              autocomplete="off"
              spellcheck="false"
              .defaultValue=${patterns[keyword].join("\n")}
            ></textarea>
          </label>`,
        )}
      </details>
      <div class="row"><button type="submit" class="primary">Save keywords</button></div>
    </form>`;
  }
}
