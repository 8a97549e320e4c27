// <verbatim-senders>: the senders of each environment, who answers for them, and how fast they
// send. Says `changed` when another list holds.
import { html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { keyed } from "lit/directives/keyed.js";
import {
  api,
  type Directory,
  ENVIRONMENTS,
  type Registration,
  type Sender,
  type SenderSetting,
} from "../api.ts";
import type { Environment } from "../types.ts";
import { ask } from "./dialog.ts";
import { Page } from "./page.ts";
import { blocked } from "./registration.ts";

const REPLIES: Record<Sender["replies"], string> = {
  verbatim: "Verbatim answers STOP, START and HELP",
  twilio: "Twilio answers STOP, START and HELP",
};

const ON_UNKNOWN: Record<Sender["on_unknown"], string> = {
  hold: "hold: may be missed, never twice",
  resend: "send again: may arrive twice",
};

const UNDELIVERED = {
  leave: "leave it: arrives once, or not",
  again: "send a new one: may arrive twice",
};

@customElement("verbatim-senders")
export class VerbatimSenders extends Page {
  /** Null until they are known. */
  @property({ attribute: false }) senders: Sender[] | null = null;
  /** What may be registered. */
  @property({ attribute: false }) directory: Directory = { numbers: [], services: [] };
  /** How they are registered, as far as it is known. */
  @property({ attribute: false }) registrations: Registration[] = [];
  /** The sender whose settings are in the form; null for a new one. */
  @state() private editing: Sender | null = null;
  @state() private done = "";

  #tell(done: string): void {
    this.done = done;
    this.editing = null;
    this.dispatchEvent(new CustomEvent("changed"));
  }

  async #save(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    this.done = "";
    const saved = await this.attempt(() => api.registerSender(settingOf(form, this.editing)));
    if (saved === undefined) return;
    form.reset();
    this.#tell(`✓ ${saved.sender} may send in ${saved.environment}`);
  }

  #remove(sender: Sender): void {
    ask(this, {
      heading: "Remove the sender?",
      text: `Templates that send from ${sender.sender} in ${sender.environment} are refused then.`,
      action: "Remove",
      dangerous: true,
      confirm: async () => {
        await api.removeSender(sender);
        this.#tell(`${sender.sender} was removed from ${sender.environment}`);
      },
    });
  }

  protected override render() {
    return html`<section class="card" aria-labelledby="senders">
      <h2 id="senders">Senders</h2>
      <p class="muted small">
        Numbers and Messaging Services that this host may send from, by environment.
      </p>
      ${this.#rows()} ${keyed(this.editing, this.#form())} ${this.alert()}
      <p class="small good" role="status">${this.done}</p>
    </section>`;
  }

  #rows() {
    const { senders } = this;
    if (senders === null) return html`<p class="muted">Loading the senders…</p>`;
    if (senders.length === 0) return html`<p class="empty">No sender is registered yet.</p>`;
    return html`<ul class="rows" aria-label="Registered senders">
      ${ENVIRONMENTS.flatMap((environment) =>
        senders
          .filter((sender) => sender.environment === environment)
          .map((sender) => this.#row(sender)),
      )}
    </ul>`;
  }

  #row(sender: Sender) {
    const { environment, replies, on_unknown, segments_per_minute: rate } = sender;
    const undelivered = sender.resend_undelivered ? UNDELIVERED.again : UNDELIVERED.leave;
    const name = `${sender.sender} in ${environment}`;
    return html`<li>
      <div class="grow">
        <p><strong class="breakable">${sender.sender}</strong> <span class="badge">${environment}</span></p>
        <p class="muted small">
          ${REPLIES[replies]} · ${rate === null ? "as fast as it goes" : `${rate} segments a minute`} ·
          if Twilio’s answer is lost, ${ON_UNKNOWN[on_unknown]} · if a carrier does not deliver,
          ${undelivered}
        </p>
        ${blocked(this.registrations.find((one) => one.sender === sender.sender))}
      </div>
      <div class="row">
        <button
          type="button"
          aria-label=${`Change ${name}`}
          @click=${() => {
            this.editing = sender;
          }}
        >
          Change
        </button>
        <button
          type="button"
          class="quiet-danger"
          aria-label=${`Remove ${name}`}
          @click=${() => this.#remove(sender)}
        >
          Remove
        </button>
      </div>
    </li>`;
  }

  /** Another sender's form is another form: what was typed for one is never saved for the next. */
  #form() {
    const { editing } = this;
    const { numbers, services } = this.directory;
    const known = [...services.map(({ sid }) => sid), ...numbers.map(({ number }) => number)];
    return html`<datalist id="at-twilio">
      ${known.map((sender) => html`<option value=${sender}></option>`)}
    </datalist>
    <form
      class="fields across"
      aria-label=${editing === null ? "Register a sender" : `Change ${editing.sender}`}
      @submit=${this.#save}
    >
      ${editing === null ? html`${chooseEnvironment()}${SENDER}` : nothing}
      <label class="field">
        <span>Answers to STOP, START and HELP</span>
        <select name="replies" .value=${editing?.replies ?? ""}>
          ${editing === null ? html`<option value="">as the host is set</option>` : nothing}
          <option value="verbatim">Verbatim</option>
          <option value="twilio">Twilio</option>
        </select>
      </label>
      <label class="field">
        <span>If Twilio’s answer is lost</span>
        <select name="on_unknown" .value=${editing?.on_unknown ?? "hold"}>
          <option value="hold">${ON_UNKNOWN.hold}</option>
          <option value="resend">${ON_UNKNOWN.resend}</option>
        </select>
      </label>
      <label class="field">
        <span>If a carrier does not deliver</span>
        <select name="undelivered" .value=${editing?.resend_undelivered ? "again" : "leave"}>
          <option value="leave">${UNDELIVERED.leave}</option>
          <option value="again">${UNDELIVERED.again}</option>
        </select>
      </label>
      <label class="field">
        <span>Segments a minute <i>${editing === null ? "optional; " : ""}0: no limit</i></span>
        <input
          name="rate"
          type="number"
          min="0"
          ?required=${editing !== null}
          .value=${editing === null ? "" : String(editing.segments_per_minute ?? 0)}
        />
      </label>
      <label class="field">
        <span>Numbers of a Messaging Service <i>empty: as Twilio says</i></span>
        <input name="numbers" type="text" autocomplete="off" placeholder="+1…, +1…" />
      </label>
      <div class="row">
        <button type="submit" class="primary">
          ${editing === null ? "Register" : `Save ${editing.sender}`}
        </button>
        ${
          editing === null
            ? nothing
            : html`<button
              type="button"
              @click=${() => {
                this.editing = null;
              }}
            >
              Cancel
            </button>`
        }
      </div>
    </form>`;
  }
}

const SENDER = html`<label class="field">
  <span>Sender</span>
  <input
    name="sender"
    type="text"
    list="at-twilio"
    autocomplete="off"
    spellcheck="false"
    required
    placeholder="a number, or MG…"
  />
</label>`;

function chooseEnvironment() {
  return html`<label class="field">
    <span>Environment</span>
    <select name="environment">
      ${ENVIRONMENTS.map((one) => html`<option value=${one}>${one}</option>`)}
    </select>
  </label>`;
}

/** What is empty in the form stays as it was. */
function settingOf(form: HTMLFormElement, editing: Sender | null): SenderSetting {
  const typed = new FormData(form);
  const field = (name: string) => String(typed.get(name) ?? "").trim();
  const numbers = field("numbers")
    .split(/[\s,]+/)
    .filter((number) => number !== "");
  const rate = field("rate");
  const replies = field("replies") as Sender["replies"] | "";
  return {
    environment: editing?.environment ?? (field("environment") as Environment),
    sender: editing?.sender ?? field("sender"),
    on_unknown: field("on_unknown") as Sender["on_unknown"],
    resend_undelivered: field("undelivered") === "again",
    ...(replies === "" ? {} : { replies }),
    ...(rate === "" ? {} : { segments_per_minute: Number(rate) }),
    ...(numbers.length === 0 ? {} : { numbers }),
  };
}
