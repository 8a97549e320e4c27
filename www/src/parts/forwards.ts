// <verbatim-forwards>: what people wrote, on its way to the webhooks; what was given up can be
// posted again.
import { html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { api, FORWARD_STATES, type Forward, type Paged } from "../api.ts";
import { Live } from "./live.ts";
import { Page } from "./page.ts";
import { when } from "./when.ts";

/** How many events a page of the list holds. */
const SHOWN = 20;

const TONE: Record<Forward["state"], "good" | "bad" | "going"> = {
  queued: "going",
  sending: "going",
  delivered: "good",
  dead: "bad",
};

@customElement("verbatim-forwards")
export class VerbatimForwards extends Page {
  /** Only those in this state; null for all. */
  @state() private only: Forward["state"] | null = null;
  @state() private list: Paged<Forward> | null = null;

  /** What was heard while an answer was on its way, which may have overtaken it. */
  #heard = new Map<string, Forward>();

  constructor() {
    super();
    new Live(this, {
      forward: (forward) => this.#hear(forward),
      again: () => void this.#renew(),
    });
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#renew();
  }

  async #renew(): Promise<void> {
    const { only } = this;
    this.#heard = new Map();
    const list = await this.attempt(() => api.forwards(only, SHOWN));
    if (list === undefined || only !== this.only) return;
    this.list = list;
    for (const forward of this.#heard.values()) this.#show(forward);
  }

  async #more(): Promise<void> {
    const { only, list } = this;
    if (list === null) return;
    const page = await this.attempt(() => api.forwards(only, SHOWN, list.next));
    if (page === undefined || only !== this.only) return;
    this.list = { items: [...list.items, ...page.items], next: page.next };
  }

  #hear(forward: Forward): void {
    this.#heard.set(forward.id, forward);
    this.#show(forward);
  }

  #show(forward: Forward): void {
    if (this.list === null) return;
    const others = this.list.items.filter(({ id }) => id !== forward.id);
    const known = others.length < this.list.items.length;
    const newest = others.every(({ id }) => id < forward.id);
    const fits = this.only === null || forward.state === this.only;
    const items = fits && (known || newest) ? [...others, forward] : others;
    this.list = { ...this.list, items: items.sort((a, b) => (a.id < b.id ? 1 : -1)) };
  }

  async #resend(id: string): Promise<void> {
    if ((await this.attempt(() => api.resend(id))) !== undefined) await this.#renew();
  }

  protected override render() {
    return html`<section class="card" aria-labelledby="forwards">
      <div class="row between">
        <h2 id="forwards">What people wrote, to webhooks</h2>
        <select
          class="narrow"
          aria-label="State of the events"
          @change=${(event: Event) => {
            const chosen = (event.target as HTMLSelectElement).value;
            this.only = FORWARD_STATES.find((one) => one === chosen) ?? null;
            this.list = null;
            void this.#renew();
          }}
        >
          <option value="">all</option>
          ${FORWARD_STATES.map((one) => html`<option value=${one}>${one}</option>`)}
        </select>
      </div>
      ${this.alert()} ${this.#rows()}
    </section>`;
  }

  #rows() {
    const { list, only } = this;
    if (list === null) {
      return this.problem === "" ? html`<p class="muted">Loading the events…</p>` : nothing;
    }
    if (list.items.length === 0) {
      return html`<p class="empty">
        ${only === null ? "Nothing was posted to a webhook yet." : `None is ${only}.`}
      </p>`;
    }
    return html`<ul class="rows" aria-label="Events for webhooks">
        ${repeat(
          list.items,
          ({ id }) => id,
          (forward) => html`<li class="entry">${this.#event(forward)}</li>`,
        )}
      </ul>
      ${
        list.next === null
          ? nothing
          : html`<button type="button" class="more" @click=${this.#more}>Show more</button>`
      }`;
  }

  #event(forward: Forward) {
    const { data } = forward.event;
    const tries = forward.tries === 1 ? "once" : `${forward.tries} times`;
    const ended = forward.state === "dead" || forward.state === "delivered";
    return html`<article aria-label="Event of ${data.from}" data-id=${forward.id}>
      <header class="row">
        <strong class="badge ${TONE[forward.state]}">${forward.state}</strong>
        <span class="muted small grow">
          ${forward.event.type}, posted ${tries} to ${forward.webhook}
        </span>
        ${
          ended
            ? html`<button type="button" @click=${() => this.#resend(forward.id)}>
              Post it again
            </button>`
            : nothing
        }
      </header>
      <p class="sms" dir="auto">${data.text}</p>
      ${forward.error === null ? nothing : html`<p class="alert">${forward.error}</p>`}
      <p class="muted small">
        from ${data.from} to ${data.to} · ${when(forward.created_at)}
        ${forward.due_at === null ? nothing : html`· next try ${when(forward.due_at)}`}
      </p>
    </article>`;
  }
}
