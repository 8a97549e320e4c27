// <verbatim-person>: how one person stands with each sender, and every line of the ledger that
// says why.
import { html, nothing, type PropertyValues } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { api, type LedgerLine, type PairConsent, type Sender } from "../api.ts";
import { Page } from "../parts/page.ts";
import { when } from "../parts/when.ts";
import { address } from "../route.ts";

/** How many lines of the ledger a page holds. */
const SHOWN = 100;

const SOURCES: Record<LedgerLine["source"], string> = {
  inbound: "written by the person",
  twilio_refusal: "told by Twilio, which refused to send",
  operator: "recorded by an operator",
  import: "imported from a file",
  action: "said to an agent",
};

@customElement("verbatim-person")
export class VerbatimPerson extends Page {
  /** The person's number, E.164. */
  @property({ attribute: false }) recipient = "";

  @state() private lines: LedgerLine[] | null = null;
  @state() private next: string | null = null;
  @state() private pairs: PairConsent[] = [];
  /** The sender whose lines are shown; empty for all. */
  @state() private sender = "";

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("recipient")) void this.#open();
  }

  async #open(): Promise<void> {
    const { recipient } = this;
    this.lines = null;
    this.pairs = [];
    this.sender = "";
    const found = await this.attempt(async () => {
      const [ledger, senders] = await Promise.all([
        api.ledger(recipient, SHOWN),
        api.senders().catch((): Sender[] => []),
      ]);
      const names = new Set([...ledger.items, ...senders].map(({ sender }) => sender));
      const pairs = await Promise.all([...names].map((sender) => api.pair(recipient, sender)));
      return { ledger, pairs };
    });
    if (found === undefined || this.recipient !== recipient) return;
    this.lines = found.ledger.items;
    this.next = found.ledger.next;
    this.pairs = found.pairs;
  }

  async #more(): Promise<void> {
    const page = await this.attempt(() => api.ledger(this.recipient, SHOWN, this.next));
    if (page === undefined) return;
    this.lines = [...(this.lines ?? []), ...page.items];
    this.next = page.next;
  }

  protected override render() {
    return html`<p class="crumb"><a href=${address({ page: "consent" })}>← Consent</a></p>
      <div class="row between">
        <h1 class="breakable">${this.recipient}</h1>
        <a class="button" href=${address({ page: "deliveries", filter: { to: this.recipient } })}
          >Messages to this number</a
        >
      </div>
      ${this.alert()}
      ${
        this.lines !== null
          ? this.#standing(this.lines)
          : this.problem === ""
            ? html`<p class="muted">Loading the ledger…</p>`
            : nothing
      }`;
  }

  #standing(lines: LedgerLine[]) {
    return html`<section class="card" aria-labelledby="standing">
        <h2 id="standing">How it stands</h2>
        ${
          this.pairs.length === 0
            ? html`<p class="muted">No sender is registered, and none is in the ledger.</p>`
            : html`<ul class="rows" aria-label="By sender">
              ${this.pairs.map((pair) => standing(pair))}
            </ul>`
        }
      </section>
      <section class="card" aria-labelledby="ledger">
        <div class="row between">
          <h2 id="ledger">Ledger</h2>
          ${this.#senders(lines)}
        </div>
        ${this.#lines(lines)}
      </section>`;
  }

  #senders(lines: LedgerLine[]) {
    const senders = [...new Set(lines.map(({ sender }) => sender))];
    if (senders.length < 2) return nothing;
    return html`<select
      class="narrow"
      aria-label="Sender"
      @change=${(event: Event) => {
        this.sender = (event.target as HTMLSelectElement).value;
      }}
    >
      <option value="">all senders</option>
      ${senders.map((sender) => html`<option .value=${sender}>${sender}</option>`)}
    </select>`;
  }

  #lines(lines: LedgerLine[]) {
    if (lines.length === 0) {
      return html`<p class="empty">
        The ledger has no line of this number: it has neither opted out nor in.
      </p>`;
    }
    const shown = lines.filter(({ sender }) => this.sender === "" || sender === this.sender);
    return html`<ol class="rows" aria-label="Ledger">
        ${repeat(
          shown,
          ({ id }) => id,
          (line) => entry(line),
        )}
      </ol>
      ${
        this.next === null
          ? nothing
          : html`<button type="button" class="more" @click=${this.#more}>Show more</button>`
      }`;
  }
}

function standing({ sender, opted_out, since }: PairConsent) {
  const [tone, word] = opted_out
    ? ["bad", "opted out"]
    : since === null
      ? ["going", "never said anything"]
      : ["good", "opted in"];
  return html`<li class="pair">
    <span class="breakable">${sender}</span>
    <strong class="badge ${tone}">${word}</strong>
    <span class="muted small nowrap">${since === null ? nothing : when(since)}</span>
  </li>`;
}

const ACTIONS: Record<LedgerLine["action"], { tone: string; word: string }> = {
  opt_out: { tone: "bad", word: "opted out" },
  opt_in: { tone: "good", word: "opted in" },
  consent: { tone: "good", word: "agreed" },
};

function entry(line: LedgerLine) {
  const { tone, word } = ACTIONS[line.action];
  return html`<li class="entry">
    <div class="row">
      <strong class="badge ${tone}">${word}</strong>
      <span class="breakable">of ${line.sender}</span>
      <span class="muted small">${when(line.happened_at)}</span>
    </div>
    <p class="muted small">
      ${SOURCES[line.source] ?? line.source}${
        line.keyword === null
          ? nothing
          : html`, read as ${line.keyword}
          ${line.matched === null ? nothing : html`(<code>${line.matched}</code>)`}`
      }${
        line.recorded_at === line.happened_at ? nothing : html`, recorded ${when(line.recorded_at)}`
      }${line.message_sid === null ? nothing : html`, <code>${line.message_sid}</code>`}
    </p>
    ${line.raw_text === null ? nothing : html`<p class="sms" dir="auto">${line.raw_text}</p>`}
    ${line.reason === null ? nothing : html`<p dir="auto">${line.reason}</p>`}
  </li>`;
}
