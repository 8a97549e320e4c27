// <verbatim-directory>: what the account has at Twilio: numbers, Messaging Services, and how they are
// registered for A2P 10DLC. Says `directory` with what Twilio said, and
// `changed` when one of them has become a sender.
import { html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { ApiError, api, type Directory, type Registered, type Sender } from "../api.ts";
import { plural } from "../editing/words.ts";
import { address } from "../route.ts";
import { Page } from "./page.ts";
import { standingBadge } from "./registration.ts";

/** Nothing, because no account is connected that could be asked. */
const NOBODY: Directory = { numbers: [], services: [] };

@customElement("verbatim-directory")
export class VerbatimDirectory extends Page {
  /** Those of this host; null until they are known. */
  @property({ attribute: false }) senders: Sender[] | null = null;
  @state() private directory: Directory | null = null;
  /** What has just become a sender. */
  @state() private used = "";

  override connectedCallback(): void {
    super.connectedCallback();
    void this.ask();
  }

  /** Asks anew, because the account is another one. */
  async ask(): Promise<void> {
    const directory = await this.attempt(() =>
      api.directory().catch((cause) => {
        if (cause instanceof ApiError && cause.status === 404) return NOBODY;
        throw cause;
      }),
    );
    if (directory === undefined) return;
    this.directory = directory;
    this.dispatchEvent(new CustomEvent("directory", { detail: directory }));
  }

  async #use(sender: string): Promise<void> {
    const used = await this.attempt(() => api.registerSender({ environment: "sandbox", sender }));
    if (used === undefined) return;
    this.used = sender;
    this.dispatchEvent(new CustomEvent("changed"));
  }

  #useButton(sender: string) {
    const { senders } = this;
    if (senders === null) return nothing;
    const used = senders
      .filter((one) => one.sender === sender)
      .map(({ environment }) => environment);
    return html`${used.map((environment) => html`<span class="badge">${environment}</span>`)}
    ${
      used.includes("sandbox")
        ? nothing
        : html`<button
            type="button"
            aria-label=${`Use ${sender} in sandbox`}
            @click=${() => this.#use(sender)}
          >
            Use in sandbox
          </button>`
    }`;
  }

  protected override render() {
    return html`<section class="card" aria-labelledby="directory">
      <h2 id="directory">At Twilio</h2>
      <p class="muted small">The numbers and Messaging Services of the account, as Twilio lists them.</p>
      ${this.alert()} ${this.#rows()}
      <p class="small good" role="status" ?hidden=${this.used === ""}>
        ✓ ${this.used} may send in sandbox: <a href=${address({ page: "new-template" })}>write a
        template</a>
      </p>
    </section>`;
  }

  #rows() {
    const { directory } = this;
    if (directory === null) {
      return this.problem === "" ? html`<p class="muted">Asking Twilio…</p>` : nothing;
    }
    const { numbers, services } = directory;
    if (numbers.length + services.length === 0) {
      return html`<p class="empty">The account has none, or no account is connected.</p>`;
    }
    return html`<ul class="rows" aria-label="At Twilio">
      ${services.map((service) => html`<li>${ofService(service)}${this.#useButton(service.sid)}</li>`)}
      ${numbers.map(
        ({ number, name, sms, registration }) => html`<li>
          <div class="grow">
            <p><strong>${number}</strong></p>
            <p class="muted small" dir="auto">${name} ${campaign(registration)}</p>
          </div>
          ${standingBadge(registration)}
          ${sms ? this.#useButton(number) : html`<strong class="badge bad">no SMS</strong>`}
        </li>`,
      )}
    </ul>`;
  }
}

function ofService({ sid, name, numbers, registration }: Directory["services"][number]) {
  return html`<div class="grow">
      <p><strong class="breakable">${sid}</strong></p>
      <p class="muted small" dir="auto">
        ${name} · ${plural(numbers.length, "number")}
        ${numbers.length === 0 ? nothing : html`(${numbers.join(", ")})`} ${campaign(registration)}
      </p>
    </div>
    ${standingBadge(registration)}`;
}

/** In Twilio's words. */
function campaign({ campaign }: Registered) {
  if (campaign === null) return nothing;
  const { status, brand } = campaign;
  return html`· campaign ${status}${brand === null ? nothing : html`, brand ${brand}`}`;
}

declare global {
  interface HTMLElementTagNameMap {
    "verbatim-directory": VerbatimDirectory;
  }
}
