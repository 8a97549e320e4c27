// <verbatim-send>: sends a template as it stands to try it, and shows what became of each message.
// Says `to` with a number and `draft` with what else was set.
import { html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { live } from "lit/directives/live.js";
import { repeat } from "lit/directives/repeat.js";
import {
  api,
  ENVIRONMENTS,
  FINAL_STATES,
  type Message,
  type Registration,
  type Sender,
} from "../api.ts";
import type { Draft } from "../pages/draft.ts";
import { address } from "../route.ts";
import type { Environment, Preview, Values } from "../types.ts";
import { ENVIRONMENT_NAMES } from "./environments.ts";
import { given } from "./known.ts";
import type { Previewed } from "./message-card.ts";
import { Page } from "./page.ts";
import { Poll } from "./poll.ts";
import { blocked } from "./registration.ts";

/** How often the state of a message under way is asked for. */
const POLL_MS = 400;

interface Sent {
  message: Message;
  previewed: Previewed | null;
}

@customElement("verbatim-send")
export class VerbatimSend extends Page {
  @property({ attribute: false }) draft!: Draft;
  /** Those of its values that the project gave. */
  @property({ attribute: false }) samples: Values = {};
  /** The number that it goes to. */
  @property() to = "";
  /** Whether it must be saved first. */
  @property({ type: Boolean }) unsaved = false;
  /** Those of this host. */
  @property({ attribute: false }) senders: Sender[] = [];
  /** How senders are registered, as far as it is known. */
  @property({ attribute: false }) registrations = new Map<string, Registration>();
  /** The module that previews. */
  @property() module = "";
  /** Saves it, if need be, and gives what is previewed then; throws if it cannot be saved. */
  @property({ attribute: false }) prepare!: () => Promise<Preview | null>;

  @state() private sent: Sent[] = [];
  @state() private sending = false;

  constructor() {
    super();
    new Poll(this, POLL_MS, () => this.#follow());
  }

  /** Another template is shown. */
  forget(): void {
    this.sent = [];
    this.problem = "";
  }

  async #send(event: Event): Promise<void> {
    event.preventDefault();
    if (this.sending) return;
    this.sending = true;
    const sent = await this.attempt(() => this.#sendNow());
    if (sent !== undefined) this.sent = [sent, ...this.sent];
    this.sending = false;
  }

  async #sendNow(): Promise<Sent> {
    const { draft, module } = this;
    const { title, values, environment, language } = draft;
    const preview = await this.prepare();
    const message = await api.send({
      to: this.to.trim(),
      template: title,
      values: given(values, this.samples, preview),
      environment,
      ...(language === "" ? {} : { language }),
      module,
    });
    // Of another language, another template was sent.
    const comparable = preview !== null && (message.template ?? title) === title;
    const previewed = comparable
      ? { text: preview.text, segments: preview.segments.segments, module }
      : null;
    return { message, previewed };
  }

  /** Asks for the state of every message under way. */
  async #follow(): Promise<void> {
    const going = this.sent.filter(({ message }) => !FINAL_STATES.has(message.state));
    for (const { message } of going) {
      const now = await api.message(message.id).catch(() => message);
      this.sent = this.sent.map((one) =>
        one.message.id === now.id ? { ...one, message: now } : one,
      );
    }
  }

  #say(name: "to" | "draft", detail: string | Partial<Draft>): void {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  protected override render() {
    const { draft, sent } = this;
    return html`<section class="card" aria-label="Send">
      <h2>Send</h2>
      <form class="send" @submit=${this.#send}>
        <label class="field">
          <span>To</span>
          <input
            type="tel"
            autocomplete="off"
            required
            placeholder="+12025550123"
            .value=${live(this.to)}
            @input=${(event: Event) => this.#say("to", (event.target as HTMLInputElement).value)}
            @change=${() => this.#say("to", this.to.trim())}
          />
        </label>
        <label class="field">
          <span>Environment</span>
          <select
            @change=${(event: Event) =>
              this.#say("draft", {
                environment: (event.target as HTMLSelectElement).value as Environment,
              })}
          >
            ${ENVIRONMENTS.map(
              (environment) => html`<option
                .value=${environment}
                ?selected=${environment === draft.environment}
              >
                ${ENVIRONMENT_NAMES[environment]}
              </option>`,
            )}
          </select>
        </label>
        <label class="field">
          <span>Language <i>optional</i></span>
          <input
            type="text"
            autocomplete="off"
            placeholder="en"
            .value=${live(draft.language)}
            @input=${(event: Event) =>
              this.#say("draft", { language: (event.target as HTMLInputElement).value.trim() })}
          />
        </label>
        <button type="submit" class="primary" ?disabled=${this.sending}>
          ${this.unsaved ? "Save and send" : "Send"}
        </button>
      </form>
      <p class="muted small">${this.#from()}</p>
      ${blocked(this.registrations.get(draft.senders[draft.environment] ?? ""))}
      ${this.alert()}
      ${
        sent.length === 0
          ? nothing
          : html`<ul class="plain" aria-label="Sent from here">
            ${repeat(
              sent,
              ({ message }) => message.id,
              ({ message, previewed }) => html`<li>
                <verbatim-message .message=${message} .previewed=${previewed}></verbatim-message>
                <a class="small" href=${address({ page: "delivery", id: message.id })}
                  >Its whole story</a
                >
              </li>`,
            )}
          </ul>`
      }
    </section>`;
  }

  #from() {
    const { environment, senders } = this.draft;
    const sender = senders[environment] ?? null;
    if (sender !== null) return `From ${sender}.`;
    const name = ENVIRONMENT_NAMES[environment].toLowerCase();
    if (this.senders.length > 0) return `No ${name} sender is set above, so this is refused.`;
    return html`This host has no sender yet, so this is refused:
      <a href=${address({ page: "settings" })}>connect Twilio and choose one</a>.`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "verbatim-send": VerbatimSend;
  }
}
