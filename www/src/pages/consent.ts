// <verbatim-consent>: who has opted out, a look at how one person stands, and the ways by which an
// opt-out comes in that was not written to a number: one by one, or as a file.
import { html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { api, type OptOut, type Sender } from "../api.ts";
import { Page } from "../parts/page.ts";
import { when } from "../parts/when.ts";
import { address } from "../route.ts";

/** How many opt-outs a page of the list holds. */
const SHOWN = 50;

@customElement("verbatim-consent")
export class VerbatimConsent extends Page {
  @state() private optOuts: OptOut[] | null = null;
  @state() private next: string | null = null;
  @state() private senders: Sender[] = [];
  @state() private loading = false;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#list();
    // They only help to fill a field, so nothing is said if they cannot be had.
    void api.senders().then(
      (senders) => {
        this.senders = senders;
      },
      () => {},
    );
  }

  /** From the start again: the list is by recipient, so what is new may stand anywhere in it. */
  async #list(): Promise<void> {
    const page = await this.attempt(() => api.optOuts(SHOWN));
    if (page === undefined) return;
    this.optOuts = page.items;
    this.next = page.next;
  }

  async #more(): Promise<void> {
    this.loading = true;
    const page = await this.attempt(() => api.optOuts(SHOWN, this.next));
    this.loading = false;
    if (page === undefined) return;
    this.optOuts = [...(this.optOuts ?? []), ...page.items];
    this.next = page.next;
  }

  #lookUp(event: Event): void {
    event.preventDefault();
    const number = this.querySelector<HTMLInputElement>("#look-up")?.value.trim() ?? "";
    if (number !== "") location.hash = address({ page: "person", recipient: number });
  }

  protected override render() {
    return html`<div class="row between">
        <h1>Consent</h1>
        <form class="row look-up" role="search" @submit=${this.#lookUp}>
          <input
            id="look-up"
            type="tel"
            autocomplete="off"
            required
            aria-label="Number to look up"
            placeholder="+12025550123"
          />
          <button type="submit">Look up</button>
        </form>
      </div>
      ${this.alert()}
      <div class="halves">
        <section class="card" aria-labelledby="opted-out">
          <h2 id="opted-out">Opted out</h2>
          <p class="muted small">
            Nothing is sent to these numbers from these senders. Only the person can take it back,
            by writing START to the sender.
          </p>
          ${this.#rows()}
        </section>
        <div class="work">
          <verbatim-opt-out-add .senders=${this.senders} @changed=${this.#list}></verbatim-opt-out-add>
          <verbatim-opt-out-import @changed=${this.#list}></verbatim-opt-out-import>
        </div>
      </div>`;
  }

  #rows() {
    const { optOuts } = this;
    if (optOuts === null) {
      return this.problem === "" ? html`<p class="muted">Loading the opt-outs…</p>` : nothing;
    }
    if (optOuts.length === 0) {
      return html`<p class="empty">Nobody has opted out.</p>`;
    }
    return html`<ul class="rows" aria-label="Opt-outs">
        ${repeat(
          optOuts,
          ({ recipient, sender }) => `${recipient} ${sender}`,
          ({ recipient, sender, since }) => html`<li class="pair">
            <a href=${address({ page: "person", recipient })}>${recipient}</a>
            <span class="muted small breakable">from ${sender}</span>
            <span class="muted small nowrap">${since === null ? nothing : when(since)}</span>
          </li>`,
        )}
      </ul>
      ${
        this.next === null
          ? nothing
          : html`<button type="button" class="more" ?disabled=${this.loading} @click=${this.#more}>
            Show more
          </button>`
      }`;
  }
}
