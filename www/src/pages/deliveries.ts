// <verbatim-deliveries>: what became of the messages of this host, whatever sent them, as it
// happens: by state and by where they came from.
import { html, nothing, type PropertyValues } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import {
  api,
  ENVIRONMENTS,
  MESSAGE_STATES,
  type Message,
  type MessageFilter,
  type Paged,
} from "../api.ts";
import { longer, moved, renewed, UNKNOWN } from "../parts/deliveries.ts";
import { Live } from "../parts/live.ts";
import { Page } from "../parts/page.ts";
import { Poll } from "../parts/poll.ts";
import { address } from "../route.ts";

/** How many messages a page of the list holds. */
const SHOWN = 50;
/** What Twilio counts and bills is not told as it comes, nor what another host moves. */
const POLL_MS = 10_000;

@customElement("verbatim-deliveries")
export class VerbatimDeliveries extends Page {
  @property({ attribute: false }) filter: MessageFilter = {};

  @state() private list: Paged<Message> | null = null;
  @state() private loading = false;

  /** What moved since the last frame, by id. */
  readonly #heard = new Map<string, Message>();
  #frame = 0;
  readonly #poll = new Poll(this, POLL_MS, () => this.#renew());

  constructor() {
    super();
    new Live(this, {
      message: (message) => this.#hear(message),
      again: () => void this.#poll.now(),
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.#heard.clear();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has("filter") || !this.hasUpdated) return;
    this.list = null;
    void this.#renew();
  }

  async #renew(): Promise<void> {
    const { filter } = this;
    const first = await this.attempt(() => api.messages(filter, SHOWN));
    if (first === undefined || filter !== this.filter) return;
    this.list = renewed(this.list ?? UNKNOWN, first);
  }

  async #more(): Promise<void> {
    const { filter, list } = this;
    if (list === null || this.loading) return;
    this.loading = true;
    const page = await this.attempt(() => api.messages(filter, SHOWN, list.next));
    this.loading = false;
    if (page === undefined || filter !== this.filter || this.list === null) return;
    this.list = longer(this.list, page);
  }

  /** A burst is shown once a frame. */
  #hear(message: Message): void {
    this.#heard.set(message.id, message);
    if (this.#frame !== 0) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      if (this.list !== null) this.list = moved(this.list, this.#heard.values(), this.filter);
      this.#heard.clear();
    });
  }

  async #cancel(message: Message): Promise<void> {
    const canceled = await this.attempt(() => api.cancel(message.id));
    if (canceled !== undefined) this.#hear(canceled);
  }

  #narrow(event: Event): void {
    event.preventDefault();
    const form = this.querySelector("form");
    if (form === null) return;
    const typed = new FormData(form);
    const query = new URLSearchParams();
    for (const [name, value] of typed) {
      if (typeof value === "string" && value.trim() !== "") query.set(name, value.trim());
    }
    if (this.filter.state !== undefined) query.set("state", this.filter.state);
    location.hash = `#/deliveries?${query}`;
  }

  protected override render() {
    return html`<h1>Deliveries</h1>
      <verbatim-stats .filter=${this.filter}></verbatim-stats>
      ${this.#states()} ${this.#form()} ${this.alert()} ${this.#rows()}`;
  }

  #states() {
    const { state: _, ...others } = this.filter;
    const chip = (word: string, filter: MessageFilter, here: boolean) => html`<a
      class="chip"
      href=${address({ page: "deliveries", filter })}
      aria-current=${here ? "true" : nothing}
      >${word}</a
    >`;
    return html`<nav class="chips" aria-label="States">
      ${chip("all", others, this.filter.state === undefined)}
      ${MESSAGE_STATES.map((state) =>
        chip(state, { ...others, state }, this.filter.state === state),
      )}
    </nav>`;
  }

  #form() {
    const { environment, template, sender, to, miscounted } = this.filter;
    const field = (label: string, name: string, value: string | undefined, hint: string) =>
      html`<label class="field">
        <span>${label}</span>
        <input
          type="text"
          name=${name}
          autocomplete="off"
          spellcheck="false"
          placeholder=${hint}
          .value=${value ?? ""}
        />
      </label>`;
    return html`<form class="filters" role="search" @submit=${this.#narrow} @change=${this.#narrow}>
      <label class="field">
        <span>Environment</span>
        <select name="environment" .value=${environment ?? ""}>
          <option value="">all</option>
          ${ENVIRONMENTS.map((one) => html`<option value=${one}>${one}</option>`)}
        </select>
      </label>
      ${field("Template", "template", template, "any")}
      ${field("Sender", "sender", sender, "any")} ${field("To", "to", to, "any number")}
      <label class="check">
        <input
          type="checkbox"
          name="miscounted"
          value="true"
          .checked=${miscounted === true}
        />
        Billed otherwise than predicted
      </label>
      <button type="submit">Filter</button>
    </form>`;
  }

  #rows() {
    const { list } = this;
    if (list === null) {
      return this.problem === "" ? html`<p class="muted">Loading the messages…</p>` : nothing;
    }
    return html`${
      list.items.length === 0
        ? this.#nothing(list)
        : html`<ul class="list" aria-label="Messages">
          ${repeat(
            list.items,
            ({ id }) => id,
            (message) => html`<li class="card">
              <verbatim-delivery-row
                .message=${message}
                @cancel=${() => this.#cancel(message)}
              ></verbatim-delivery-row>
            </li>`,
          )}
        </ul>`
    }
    ${
      list.next === null
        ? nothing
        : html`<button type="button" class="more" ?disabled=${this.loading} @click=${this.#more}>
          ${this.loading ? "Loading…" : "Show older messages"}
        </button>`
    }`;
  }

  #nothing(list: Paged<Message>) {
    if (Object.keys(this.filter).length === 0) {
      return html`<div class="card empty">
        <p>Nothing has been sent yet.</p>
        <p class="muted">Open a template and send it; what becomes of it shows here.</p>
      </div>`;
    }
    return html`<div class="card empty">
      <p>${list.next === null ? "No message is like that." : "None of the newest is like that."}</p>
      <p class="muted">
        <a href=${address({ page: "deliveries", filter: {} })}>Show all messages</a>
      </p>
    </div>`;
  }
}
