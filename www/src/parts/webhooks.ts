// <verbatim-webhooks>: where what people write is posted to. A new webhook's secret is shown once,
// for as long as it takes to copy it.
import { html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { api, type Sender, type Webhook } from "../api.ts";
import { ask } from "./dialog.ts";
import { Page } from "./page.ts";
import { senderList } from "./sender-list.ts";
import { when } from "./when.ts";

/** How long a secret stays in the page if nobody puts it away. */
const SECRET_MS = 120_000;

/** How the webhook is called that hears whatever has none of its own. */
const DEFAULT = "default";

@customElement("verbatim-webhooks")
export class VerbatimWebhooks extends Page {
  /** What may be chosen as the sender. */
  @property({ attribute: false }) senders: Sender[] = [];
  @state() private webhooks: Webhook[] | null = null;
  @state() private made: { sender: string; secret: string } | null = null;
  @state() private copied = false;
  @state() private done = "";
  #forgetting: ReturnType<typeof setTimeout> | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.attempt(() => this.#list());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#forget();
  }

  async #list(): Promise<void> {
    this.webhooks = await api.webhooks();
  }

  readonly #forget = () => {
    clearTimeout(this.#forgetting);
    this.made = null;
    this.copied = false;
  };

  async #set(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const typed = new FormData(form);
    const field = (name: string) => String(typed.get(name) ?? "").trim();
    this.#forget();
    this.done = "";
    const set = await this.attempt(async () => {
      const keywords = typed.has("keywords");
      const { secret, ...webhook } = await api.setWebhook(field("sender") || DEFAULT, {
        url: field("url"),
        keywords,
      });
      await this.#list();
      return { secret, webhook };
    });
    if (set === undefined) return;
    form.reset();
    this.done = `✓ the webhook of ${set.webhook.sender} is set`;
    if (set.secret === undefined) return;
    this.made = { sender: set.webhook.sender, secret: set.secret };
    this.#forgetting = setTimeout(this.#forget, SECRET_MS);
  }

  async #copy(): Promise<void> {
    const { made } = this;
    if (made === null) return;
    await this.attempt(() => navigator.clipboard.writeText(made.secret));
    this.copied = this.problem === "";
  }

  #remove(webhook: Webhook): void {
    ask(this, {
      heading: "Remove the webhook?",
      text: `What people write to ${webhook.sender} is not posted to ${webhook.url} any more, and its secret is forgotten.`,
      action: "Remove",
      dangerous: true,
      confirm: async () => {
        await api.removeWebhook(webhook.sender);
        this.done = `the webhook of ${webhook.sender} was removed`;
        if (this.made?.sender === webhook.sender) this.#forget();
        await this.#list();
      },
    });
  }

  protected override render() {
    return html`<section class="card" aria-labelledby="webhooks">
      <h2 id="webhooks">Webhooks</h2>
      <p class="muted small">
        What people write is posted to these addresses, signed. A number’s own webhook comes first,
        then that of its Messaging Service, then <code>default</code>.
      </p>
      ${this.#rows()} ${this.#secret()} ${this.#form()} ${this.alert()}
      <p class="small good" role="status">${this.done}</p>
    </section>`;
  }

  #rows() {
    const { webhooks } = this;
    if (webhooks === null) {
      return this.problem === "" ? html`<p class="muted">Loading the webhooks…</p>` : nothing;
    }
    if (webhooks.length === 0) {
      return html`<p class="empty">None is set: what people write is kept here, and posted nowhere.</p>`;
    }
    return html`<ul class="rows" aria-label="Webhooks">
      ${webhooks.map(
        (webhook) => html`<li>
          <div class="grow">
            <p><strong class="breakable">${webhook.sender}</strong></p>
            <p class="breakable">${webhook.url}</p>
            <p class="muted small">
              ${webhook.keywords ? "hears keywords, too" : "hears no keywords"} · set
              ${when(webhook.updated_at)}
              ${
                webhook.previous_secret_until === null
                  ? nothing
                  : html`· the secret before signs, too, until ${when(webhook.previous_secret_until)}`
              }
            </p>
          </div>
          <button
            type="button"
            class="quiet-danger"
            aria-label=${`Remove the webhook of ${webhook.sender}`}
            @click=${() => this.#remove(webhook)}
          >
            Remove
          </button>
        </li>`,
      )}
    </ul>`;
  }

  #secret() {
    const { made } = this;
    if (made === null) return nothing;
    return html`<div class="secret" role="group" aria-label="Secret of the new webhook">
      <p>
        The secret that signs for <strong>${made.sender}</strong>. It is shown this once: keep it
        where your receiver finds it.
      </p>
      <p><code data-testid="secret">${made.secret}</code></p>
      <div class="row">
        <button type="button" @click=${this.#copy}>${this.copied ? "Copied" : "Copy"}</button>
        <button type="button" class="primary" @click=${this.#forget}>I have kept it</button>
      </div>
    </div>`;
  }

  #form() {
    return html`<form class="fields across" aria-label="Set a webhook" @submit=${this.#set}>
        <label class="field">
          <span>Of <i>a sender; empty for all that have none</i></span>
          <input
            name="sender"
            type="text"
            list="webhook-senders"
            autocomplete="off"
            spellcheck="false"
            placeholder=${DEFAULT}
          />
        </label>
        <label class="field">
          <span>Address</span>
          <input name="url" type="url" autocomplete="off" required placeholder="https://…" />
        </label>
        <label class="check"><input name="keywords" type="checkbox" /> STOP, START and HELP, too</label>
        <button type="submit" class="primary">Set</button>
      </form>
      ${senderList("webhook-senders", this.senders)}`;
  }
}
