// <verbatim-phone-page>: the phone by itself, and beside it whoever has written or been written to.
import { html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { api, type PhoneConversation, type Sender } from "../api.ts";
import { Page } from "../parts/page.ts";
import { phoneNumber } from "../parts/phone-number.ts";
import { Poll } from "../parts/poll.ts";
import { when } from "../parts/when.ts";
import type { Verbatim } from "../verbatim.ts";

const POLL_MS = 2000;

@customElement("verbatim-phone-page")
export class VerbatimPhonePage extends Page {
  @property({ attribute: false }) engine!: Verbatim;
  @state() private senders: Sender[] = [];
  @state() private number = phoneNumber.get();
  /** Null until they are known. */
  @state() private conversations: PhoneConversation[] | null = null;

  constructor() {
    super();
    new Poll(this, POLL_MS, () => this.#refresh());
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.attempt(() => api.senders()).then((senders) => {
      this.senders = senders ?? [];
    });
  }

  async #refresh(): Promise<void> {
    // The phone says what is wrong, if it cannot be asked.
    const found = await api.phones().catch(() => null);
    if (found === null || JSON.stringify(found) === JSON.stringify(this.conversations)) return;
    this.conversations = found;
  }

  #show(number: string): void {
    phoneNumber.set(number);
    this.number = number;
  }

  protected override render() {
    return html`<h1>Phone</h1>
      <p class="muted">
        What reaches a number in this development host, and what its holder answers. Nothing leaves
        the machine.
      </p>
      ${this.alert()}
      <div class="phone-page">
        <verbatim-phone
          .engine=${this.engine}
          .senders=${this.senders}
          .number=${this.number}
          @number=${(event: CustomEvent<string>) => this.#show(event.detail)}
        ></verbatim-phone>
        ${this.conversations === null ? nothing : this.#list(this.conversations)}
      </div>`;
  }

  #list(conversations: PhoneConversation[]) {
    return html`<section class="card" aria-labelledby="conversations">
      <h2 id="conversations">Conversations</h2>
      ${
        conversations.length === 0
          ? html`<p class="empty">Nobody has been written to yet: send a template, or answer.</p>`
          : html`<ul class="rows">
            ${conversations.map(
              ({ number, sender, last }) => html`<li class="conversation">
                <button
                  type="button"
                  class="link"
                  aria-current=${number === this.number}
                  @click=${() => this.#show(number)}
                >
                  ${number}
                </button>
                <span class="muted small">with ${sender} · ${when(last.at)}</span>
                <span class="last" dir="auto">${last.body}</span>
              </li>`,
            )}
          </ul>`
      }
    </section>`;
  }
}
