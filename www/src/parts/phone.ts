// <verbatim-phone>: the phone of `verbatim dev`. It shows what reached a number, and answers as
// the person who holds it; what an answer will be read as is the module's word, as it is typed.
import { html, nothing, type PropertyValues } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { api, type Keywords, type PhoneMessage, type Sender } from "../api.ts";
import { plural } from "../editing/words.ts";
import { prose } from "../elements/prose.ts";
import type { Classify, Keyword } from "../types.ts";
import type { Verbatim } from "../verbatim.ts";
import { Page } from "./page.ts";
import { Poll } from "./poll.ts";
import { when } from "./when.ts";

const POLL_MS = 800;

const READ_AS: Record<Keyword, string> = {
  STOP: "read as STOP: this number opts out",
  START: "read as START: this number opts in again",
  HELP: "read as HELP: the help text is sent back",
};

@customElement("verbatim-phone")
export class VerbatimPhone extends Page {
  @property({ attribute: false }) engine!: Verbatim;
  /** The number of the person who holds the phone. */
  @property() number = "";
  /** Senders that this host may use; one may be answered before it wrote. */
  @property({ attribute: false }) senders: Sender[] = [];

  @state() private messages: PhoneMessage[] = [];
  @state() private answerTo = "";
  @state() private text = "";
  /** What counts as a keyword beside the table. */
  @state() private rules: Keywords | null = null;

  readonly #counted = new Map<string, string>();
  readonly #poll = new Poll(this, POLL_MS, () => this.#refresh());

  override connectedCallback(): void {
    super.connectedCallback();
    // They only tell what will come of an answer, so nothing is said if they cannot be had.
    void api.keywords().then(
      (rules) => {
        this.rules = rules;
      },
      () => {},
    );
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("number") && this.hasUpdated) {
      this.messages = [];
      this.answerTo = "";
      void this.#poll.now();
    }
  }

  protected override updated(changed: PropertyValues): void {
    if (!changed.has("messages")) return;
    const list = this.querySelector(".bubbles");
    if (list !== null) list.scrollTop = list.scrollHeight;
  }

  async #refresh(): Promise<void> {
    const { number } = this;
    if (number === "") return;
    // A failure is not shown while somebody reads another one.
    const messages = await api.phone(number).catch((cause: Error) => {
      this.problem ||= cause.message;
      return null;
    });
    if (messages === null || number !== this.number) return;
    if (JSON.stringify(messages) !== JSON.stringify(this.messages)) this.messages = messages;
  }

  /** The Twilio numbers that may be answered: those that wrote, then this host's others. */
  #numbers(): string[] {
    const wrote = this.messages.map((one) => (one.from === this.number ? one.to : one.from));
    const numbers = this.senders
      .map(({ sender }) => sender)
      .filter((sender) => sender.startsWith("+"));
    return [...new Set([...wrote.reverse(), ...numbers])];
  }

  #chooseNumber(event: Event): void {
    this.number = (event.target as HTMLInputElement).value.trim();
    this.dispatchEvent(new CustomEvent("number", { detail: this.number, bubbles: true }));
  }

  async #answer(event: Event): Promise<void> {
    event.preventDefault();
    const to = this.answerTo || this.#numbers()[0] || "";
    const body = this.text;
    const done = await this.attempt(() => api.answer(this.number, to, body).then(() => true));
    if (!done) return;
    this.text = "";
    await this.#poll.now();
  }

  protected override render() {
    const numbers = this.#numbers();
    return html`<section class="phone" aria-label="Phone">
      <label class="field">
        <span>Phone of</span>
        <input
          type="tel"
          autocomplete="off"
          placeholder="+12025550123"
          .value=${this.number}
          @change=${this.#chooseNumber}
        />
      </label>
      <div class="bubbles" role="log" aria-label="Conversation" tabindex="0">
        ${
          this.messages.length === 0
            ? html`<p class="empty">Nothing has reached this number yet.</p>`
            : html`<ol>
              ${repeat(
                this.messages,
                (one) => one.sid,
                (one) => this.#bubble(one),
              )}
            </ol>`
        }
      </div>
      <form class="answer" @submit=${this.#answer}>
        ${
          numbers.length < 2
            ? nothing
            : html`<label class="field">
              <span>Answer to</span>
              <select
                @change=${(event: Event) => {
                  this.answerTo = (event.target as HTMLSelectElement).value;
                }}
              >
                ${numbers.map(
                  (one) =>
                    html`<option .value=${one} ?selected=${one === this.answerTo}>${one}</option>`,
                )}
              </select>
            </label>`
        }
        <div class="row">
          <input
            type="text"
            aria-label="Answer"
            aria-describedby="read-as"
            placeholder="Answer, e.g. Stop!"
            autocomplete="off"
            .value=${this.text}
            @input=${(event: Event) => {
              this.text = (event.target as HTMLInputElement).value;
            }}
          />
          <button type="submit" ?disabled=${this.text === "" || numbers.length === 0}>Answer</button>
        </div>
        <p id="read-as" class="muted small read-as">${this.#readAs()}</p>
      </form>
      ${this.alert()}
    </section>`;
  }

  /** Of one message it never changes, and the list is drawn at each letter. */
  #segments(message: PhoneMessage): string {
    const known = this.#counted.get(message.sid);
    if (known !== undefined) return known;
    const { segments, encoding } = this.engine.segments(message.body);
    const said = `${plural(segments, "segment")} in ${encoding}`;
    this.#counted.set(message.sid, said);
    return said;
  }

  #bubble(message: PhoneMessage) {
    const mine = message.from === this.number;
    return html`<li class="bubble ${mine ? "mine" : "theirs"}" data-direction=${mine ? "from_phone" : "to_phone"}>
      <p class="sms" dir="auto" data-testid="bubble-text">${message.body}</p>
      <p class="small muted">
        ${mine ? message.to : message.from} · ${when(message.at)}
        ${
          message.status === null
            ? nothing
            : html`· <span data-testid="bubble-status">${message.status}</span>`
        }
        ${mine ? nothing : html`· ${this.#segments(message)}`}
      </p>
      ${became(message)}
    </li>`;
  }

  #readAs() {
    if (this.text === "") return nothing;
    let answer: Classify;
    try {
      answer = this.engine.classify(this.text, this.rules === null ? {} : { rules: this.rules });
    } catch (cause) {
      return cause instanceof Error ? cause.message : nothing;
    }
    if (answer.keyword === null) return "no keyword: goes on to the agent";
    const steps = answer.trace.map(said).join(", ");
    return prose(`${READ_AS[answer.keyword]} (${steps})`);
  }
}

/** What the host made of what the person wrote; of what the agent gets, all of it. */
function became({ became }: PhoneMessage) {
  if (became == null) return nothing;
  switch (became.disposition) {
    case "intercepted":
      return html`<p class="small muted">a keyword: not for the agent</p>`;
    case "dropped":
      return html`<p class="small muted">dropped: this number has opted out</p>`;
    case "forward":
      return html`<details class="small muted">
        <summary>goes on to the agent</summary>
        <pre tabindex="0">${JSON.stringify(became.event, null, 2)}</pre>
      </details>`;
  }
}

/** "trimmed", "dropped `!`", "matched `UNSUBSCRIBE`". */
function said({ step, before, after }: Classify["trace"][number]): string {
  switch (step) {
    case "trimmed":
      return "trimmed";
    case "dropped":
      return `dropped \`${before.slice(after.length)}\``;
    case "matched":
      return `matched \`${after}\``;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "verbatim-phone": VerbatimPhone;
  }
}
