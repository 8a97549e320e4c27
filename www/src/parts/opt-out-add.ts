// <verbatim-opt-out-add>: records an opt-out that came by letter, by phone or from elsewhere, with
// its reason for the ledger. Says `changed` once it is recorded.
import { html } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { api, type PairConsent, type Sender } from "../api.ts";
import { address } from "../route.ts";
import { Page } from "./page.ts";
import { senderList } from "./sender-list.ts";

/** The host's own limit. */
const MAX_REASON = 500;

@customElement("verbatim-opt-out-add")
export class VerbatimOptOutAdd extends Page {
  /** What may be chosen as the sender. */
  @property({ attribute: false }) senders: Sender[] = [];
  @state() private recorded: PairConsent | null = null;

  async #add(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const typed = new FormData(form);
    const field = (name: string) => String(typed.get(name) ?? "").trim();
    this.recorded = null;
    const pair = await this.attempt(() =>
      api.addOptOut({
        recipient: field("recipient"),
        sender: field("sender"),
        reason: field("reason"),
      }),
    );
    if (pair === undefined) return;
    this.recorded = pair;
    form.reset();
    this.dispatchEvent(new CustomEvent("changed"));
  }

  protected override render() {
    return html`<section class="card" aria-labelledby="add-opt-out">
      <h2 id="add-opt-out">Record an opt-out</h2>
      <p class="muted small">One that was not written to the sender: by letter, by phone, by e-mail.</p>
      <form class="fields" @submit=${this.#add}>
        <label class="field">
          <span>Number</span>
          <input name="recipient" type="tel" autocomplete="off" required placeholder="+12025550123" />
        </label>
        <label class="field">
          <span>Sender</span>
          <input
            name="sender"
            type="text"
            list="opt-out-senders"
            autocomplete="off"
            spellcheck="false"
            required
            placeholder="a number, or MG…"
          />
        </label>
        ${senderList("opt-out-senders", this.senders)}
        <label class="field">
          <span>Reason</span>
          <input
            name="reason"
            type="text"
            autocomplete="off"
            required
            maxlength=${MAX_REASON}
            placeholder="asked by phone on Monday"
          />
        </label>
        <button type="submit" class="primary">Record</button>
      </form>
      ${this.alert()}
      <p class="small good" role="status">${this.#done()}</p>
    </section>`;
  }

  #done() {
    if (this.recorded === null) return "";
    const { recipient, sender } = this.recorded;
    return html`✓ <a href=${address({ page: "person", recipient })}>${recipient}</a> has opted out
      of ${sender}`;
  }
}
