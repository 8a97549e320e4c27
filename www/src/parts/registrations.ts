// <verbatim-registrations>: how the senders in use are registered for US and Canadian phones, when
// Twilio said so, and what becomes of live messages that carriers would block. Says `registrations`
// with them.
import { html } from "lit";
import { customElement, state } from "lit/decorators.js";
import { live } from "lit/directives/live.js";
import { api, type Registrations } from "../api.ts";
import { Page } from "./page.ts";
import { Poll } from "./poll.ts";
import { standingBadge, standingLine } from "./registration.ts";

/** How often they are read while Twilio is still being asked about one. */
const POLL_MS = 1_000;

@customElement("verbatim-registrations")
export class VerbatimRegistrations extends Page {
  /** Null until they are known. */
  @state() private known: Registrations | null = null;
  @state() private asking = false;

  constructor() {
    super();
    new Poll(this, POLL_MS, async () => {
      const { problem, registrations } = this.known ?? { problem: null, registrations: [] };
      if (problem === null && registrations.some(({ checked_at }) => checked_at === null)) {
        await this.read();
      }
    });
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.read();
  }

  /** Reads them anew, because the senders or the account may be others. */
  read(): Promise<void> {
    return this.#take(() => api.registrations());
  }

  async #take(ask: () => Promise<Registrations>): Promise<void> {
    this.asking = true;
    this.known = (await this.attempt(ask)) ?? this.known;
    this.asking = false;
    const detail = this.known?.registrations ?? [];
    this.dispatchEvent(new CustomEvent("registrations", { detail }));
  }

  protected override render() {
    const { known } = this;
    return html`<section class="card" aria-labelledby="registrations">
      <div class="row between">
        <h2 id="registrations">A2P 10DLC</h2>
        <button
          type="button"
          ?disabled=${this.asking}
          @click=${() => this.#take(() => api.lookAtRegistrations())}
        >
          Look again
        </button>
      </div>
      <p class="muted small">
        Carriers block what a US or Canadian long code sends without a verified campaign (30034).
        Twilio is asked every hour. What is not known is sent.
      </p>
      ${this.alert()}
      ${known === null ? html`<p class="muted">Asking…</p>` : this.#all(known)}
    </section>`;
  }

  #all({ on_unregistered, problem, registrations }: Registrations) {
    return html`<p class="small warn" ?hidden=${problem === null}>Twilio did not say: ${problem}</p>
      <ul class="rows" aria-label="Registrations">
        ${registrations.map(
          (one) => html`<li>
            <div class="grow">
              <p><strong class="breakable">${one.sender}</strong> ${standingBadge(one)}</p>
              <p>${standingLine(one)}</p>
            </div>
          </li>`,
        )}
      </ul>
      <label class="field">
        <span>A live message that carriers would block</span>
        <select
          .value=${live(on_unregistered)}
          @change=${({ target }: Event) => {
            const { value } = target as HTMLSelectElement;
            void this.#take(() => api.setOnUnregistered(value === "warn" ? "warn" : "refuse"));
          }}
        >
          <option value="refuse">is refused</option>
          <option value="warn">is sent with a warning</option>
        </select>
      </label>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "verbatim-registrations": VerbatimRegistrations;
  }
}
