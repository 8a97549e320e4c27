// The playground: one static page with the editor, a phone, and the module in between. There is no
// server: the module's own `send` and `receive` run in the page, and a link holds the template.
import { html, LitElement, nothing } from "lit";
import { customElement, query, state } from "lit/decorators.js";
import { define } from "../elements/editor.ts";
import type { EditDetail, WitnessDetail } from "../elements/face.ts";
import { palette } from "../elements/palette.ts";
import { prose } from "../elements/prose.ts";
import { load } from "../package/index.ts";
import { reason, type Verbatim } from "../verbatim.ts";
import { domainsOf, fromFragment, type Shared, toFragment } from "./fragment.ts";
import { type Happening, World } from "./world.ts";

const FIRST: Shared = {
  body:
    `Hi {{entity:guest}}, your table at \${restaurant} is booked for {{entity:time}}. ` +
    "Reply STOP to opt out.",
  values: { entity: { guest: "Ana", time: "19:30" }, variant: { restaurant: "Château d’Été" } },
  domains: JSON.stringify(
    {
      entity: { guest: { values: ["Ana", "Maximiliane"] }, time: { values: ["19:30", "20:00"] } },
      rows: [
        { variant: "Paris", values: { restaurant: "Château d’Été" } },
        { variant: "Rome", values: { restaurant: "Da Enzo" } },
      ],
    },
    null,
    2,
  ),
};

@customElement("verbatim-playground")
export class VerbatimPlayground extends LitElement {
  @state() private engine: Verbatim | null = null;
  @state() private shared: Shared = fromFragment(location.hash) ?? FIRST;
  @state() private happened: Happening[] = [];
  @state() private answer = "";
  @state() private problem = "";
  @state() private copied = "";
  @query(".bubbles") private bubbles!: HTMLElement;

  readonly #world = new World();

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.replaceChildren();
    addEventListener("hashchange", this.#opened);
    load(undefined, { host: this.#world }).then(
      (engine) => {
        this.engine = engine;
      },
      (cause) => {
        this.problem = reason(cause);
      },
    );
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener("hashchange", this.#opened);
  }

  readonly #opened = () => {
    const shared = fromFragment(location.hash);
    if (shared !== null) this.shared = shared;
  };

  #change(change: Partial<Shared>): void {
    this.shared = { ...this.shared, ...change };
    this.copied = "";
    history.replaceState(null, "", toFragment(this.shared));
  }

  #do(what: (engine: Verbatim) => Happening[]): boolean {
    this.problem = "";
    try {
      if (this.engine !== null) this.happened = [...this.happened, ...what(this.engine)];
    } catch (cause) {
      this.problem = reason(cause);
      return false;
    }
    void this.updateComplete.then(() => {
      this.bubbles.scrollTop = this.bubbles.scrollHeight;
    });
    return true;
  }

  #send(): void {
    const { body, values } = this.shared;
    this.#do((engine) => [this.#world.send(engine, body, values)]);
  }

  #reply(event: Event): void {
    event.preventDefault();
    if (this.#do((engine) => this.#world.receive(engine, this.answer))) this.answer = "";
  }

  async #copy(): Promise<void> {
    history.replaceState(null, "", toFragment(this.shared));
    try {
      await navigator.clipboard.writeText(location.href);
      this.copied = "The link is copied.";
    } catch {
      this.copied = "The link is this page's address.";
    }
  }

  protected override render() {
    const { engine, shared } = this;
    const domains = domainsOf(shared.domains);
    // The buttons stand above the editor, which grows while it judges what was typed: one that moves
    // between a finger's way down and up is not clicked.
    return html`
      <header class="top"><span class="brand">Verbatim playground</span></header>
      <main>
        <h1 class="unseen">Playground</h1>
        <div class="desk">
          <div class="work">
            <div class="row">
              <button type="button" class="primary" ?disabled=${engine === null} @click=${this.#send}>
                Send to the phone
              </button>
              <button type="button" @click=${this.#copy}>Copy a link to this</button>
              <span class="muted small" role="status">${this.copied}</span>
            </div>
            <p class="alert" role="alert" ?hidden=${this.problem === ""}>${prose(this.problem)}</p>
            <div class="card">
              <verbatim-editor
                .engine=${engine}
                .value=${shared.body}
                .values=${shared.values}
                .domains=${domains}
                @edit=${({ detail }: CustomEvent<EditDetail>) =>
                  this.#change({ body: detail.value, values: detail.values })}
                @witness=${({ detail }: CustomEvent<WitnessDetail>) =>
                  this.#change({ values: detail.values })}
              ></verbatim-editor>
            </div>
            <details class="card">
              <summary>What the tokens may hold</summary>
              <label class="field">
                <span>Domains, as JSON</span>
                <textarea
                  rows="12"
                  spellcheck="false"
                  aria-invalid=${domains === null ? "true" : "false"}
                  .value=${shared.domains}
                  @input=${(event: Event) =>
                    this.#change({ domains: (event.target as HTMLTextAreaElement).value })}
                ></textarea>
              </label>
            </details>
          </div>
          <aside class="beside">${this.#phone()}</aside>
        </div>
      </main>
      ${engine === null ? nothing : footer(engine)}
    `;
  }

  #phone() {
    return html`<section class="phone" aria-label="Phone">
      <div class="bubbles" role="log" aria-label="Conversation" tabindex="0">
        ${
          this.happened.length === 0
            ? html`<p class="empty">Nothing has reached this phone yet.</p>`
            : html`<ol>
              ${this.happened.map(bubble)}
            </ol>`
        }
      </div>
      <form class="answer" @submit=${this.#reply}>
        <div class="row">
          <input
            type="text"
            aria-label="Answer"
            placeholder="Answer, e.g. Stop!"
            autocomplete="off"
            .value=${this.answer}
            @input=${(event: Event) => {
              this.answer = (event.target as HTMLInputElement).value;
            }}
          />
          <button type="submit" ?disabled=${this.answer === "" || this.engine === null}>Answer</button>
        </div>
      </form>
    </section>`;
  }
}

function bubble({ direction, text, note }: Happening) {
  const side = direction === "from_phone" ? "mine" : "theirs";
  return html`<li class="bubble ${side}" data-direction=${direction}>
    ${
      direction === "nothing"
        ? nothing
        : html`<p class="sms" dir="auto" data-testid="bubble-text">${text}</p>`
    }
    <p class="small muted">${note}</p>
  </li>`;
}

function footer({ sha256, size }: Verbatim) {
  return html`<footer>
    <p>
      Previewed, sent and answered in this page by the module <code>${sha256}</code>
      <span class="nowrap">SHA-256 of ${(size ?? 0).toLocaleString("en")} bytes</span>
    </p>
  </footer>`;
}

define();
const colours = palette.styleSheet;
if (colours !== undefined) document.adoptedStyleSheets.push(colours);
