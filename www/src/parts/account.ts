// <verbatim-account>: the Twilio account that this host sends by. Twilio is asked before one is
// kept; its token goes from the field to the host, and stays nowhere in the page. Says `changed`
// when another account, or none, is connected.
import { html, nothing } from "lit";
import { customElement, query, state } from "lit/decorators.js";
import { type Account, ApiError, api } from "../api.ts";
import { ask } from "./dialog.ts";
import { Page } from "./page.ts";
import { when } from "./when.ts";

type Found = { name: "loading" } | { name: "none" } | { name: "connected"; account: Account };

@customElement("verbatim-account")
export class VerbatimAccount extends Page {
  @state() private found: Found = { name: "loading" };
  /** Whether another account is being connected in the place of the one that is. */
  @state() private changing = false;
  @state() private connecting = false;
  @query('[name="sid"]') private sid!: HTMLInputElement;
  @query('[name="token"]') private token!: HTMLInputElement;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.attempt(async () => {
      this.found = await look();
    });
  }

  async #connect(event: Event): Promise<void> {
    event.preventDefault();
    if (this.connecting) return;
    this.connecting = true;
    const asked = api.connect(this.sid.value.trim(), this.token.value.trim());
    this.token.value = "";
    const account = await this.attempt(() => asked);
    this.connecting = false;
    if (account === undefined) return;
    this.#settle({ name: "connected", account });
  }

  #settle(found: Found): void {
    this.found = found;
    this.changing = false;
    this.dispatchEvent(new CustomEvent("changed"));
  }

  #disconnect(account: Account): void {
    ask(this, {
      heading: "Disconnect the Twilio account?",
      text: `Nothing is sent any more until another is connected; what is queued waits. The token of ${account.account_sid} is forgotten.`,
      action: "Disconnect",
      dangerous: true,
      confirm: async () => {
        await api.disconnect();
        this.#settle({ name: "none" });
      },
    });
  }

  protected override render() {
    return html`<section class="card" aria-labelledby="account">
      <h2 id="account">Twilio account</h2>
      ${this.#account()} ${this.alert()}
    </section>`;
  }

  #account() {
    const { found } = this;
    switch (found.name) {
      case "loading":
        return this.problem === "" ? html`<p class="muted">Loading the account…</p>` : nothing;
      case "none":
        return html`<p>None is connected, so nothing is sent.</p>
          ${this.#form()}`;
      case "connected":
        return this.#connected(found.account);
    }
  }

  #connected(account: Account) {
    const { account_sid, auth_token, friendly_name, source, verified_at } = account;
    return html`<dl class="facts">
        ${
          friendly_name === null
            ? nothing
            : html`<div><dt>Name</dt><dd dir="auto">${friendly_name}</dd></div>`
        }
        <div><dt>Account SID</dt><dd><code>${account_sid}</code></dd></div>
        <div><dt>Auth Token</dt><dd><code aria-label="hidden">${auth_token}</code></dd></div>
        ${
          verified_at === null
            ? nothing
            : html`<div><dt>Verified</dt><dd>${when(verified_at)}</dd></div>`
        }
      </dl>
      ${
        source === "environment"
          ? html`<p class="muted small">
            The environment of the host gives this account, so it is changed there.
          </p>`
          : html`<div class="row">
              <button
                type="button"
                aria-expanded=${this.changing ? "true" : "false"}
                @click=${() => {
                  this.changing = !this.changing;
                }}
              >
                Change
              </button>
              <button type="button" class="quiet-danger" @click=${() => this.#disconnect(account)}>
                Disconnect
              </button>
            </div>
            ${this.changing ? this.#form() : nothing}`
      }`;
  }

  #form() {
    return html`<p class="muted small">
        Both stand on the first page of Twilio’s console. Twilio is asked whether they are right
        before they are kept; the token is sealed, and never shown again.
      </p>
      <form class="fields across" @submit=${this.#connect}>
        <label class="field">
          <span>Account SID</span>
          <input
            name="sid"
            type="text"
            autocomplete="off"
            spellcheck="false"
            required
            placeholder="AC…"
          />
        </label>
        <label class="field">
          <span>Auth Token</span>
          <input name="token" type="password" autocomplete="new-password" required />
        </label>
        <button type="submit" class="primary" ?disabled=${this.connecting}>
          ${this.connecting ? "Asking Twilio…" : "Connect"}
        </button>
      </form>`;
  }
}

/** That there is none is an answer, too. */
async function look(): Promise<Found> {
  try {
    return { name: "connected", account: await api.account() };
  } catch (cause) {
    if (cause instanceof ApiError && cause.status === 404) return { name: "none" };
    throw cause;
  }
}
