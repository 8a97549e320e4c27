// <verbatim-messages>: the latest messages of this host, whatever sent them, and what people wrote
// that goes to webhooks.
import { html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { api, type Forward, type Message } from "../api.ts";
import { Page } from "../parts/page.ts";
import { Poll } from "../parts/poll.ts";
import { when } from "../parts/when.ts";

const POLL_MS = 1500;
const SHOWN = 50;

const TONE: Record<Forward["state"], "good" | "bad" | "going"> = {
  queued: "going",
  sending: "going",
  delivered: "good",
  dead: "bad",
};

@customElement("verbatim-messages")
export class VerbatimMessages extends Page {
  @state() private messages: Message[] | null = null;
  @state() private forwards: Forward[] = [];

  constructor() {
    super();
    new Poll(this, POLL_MS, async () => {
      this.messages = (await this.attempt(() => api.messages(SHOWN))) ?? this.messages;
      this.forwards = (await this.attempt(() => api.forwards(SHOWN))) ?? this.forwards;
    });
  }

  protected override render() {
    return html`<h1>Messages</h1>
      ${this.alert()} ${this.#list()} ${this.#forwards()}`;
  }

  #forwards() {
    if (this.forwards.length === 0) return nothing;
    return html`<h2>What people wrote, to webhooks</h2>
      <ul class="list" aria-label="Events for webhooks">
        ${repeat(
          this.forwards,
          (forward) => forward.id,
          (forward) => html`<li class="card">${this.#forward(forward)}</li>`,
        )}
      </ul>`;
  }

  #forward(forward: Forward) {
    const { data } = forward.event;
    const tries = forward.tries === 1 ? "once" : `${forward.tries} times`;
    return html`<article aria-label="Event of ${data.from}" data-id=${forward.id}>
      <header class="row">
        <strong class="badge ${TONE[forward.state]}" role="status">${forward.state}</strong>
        <span class="muted">${forward.event.type}, posted ${tries} to ${forward.webhook}</span>
        ${
          forward.state === "dead"
            ? html`<button @click=${() => this.attempt(() => api.resend(forward.id))}>
                Post it again
              </button>`
            : nothing
        }
      </header>
      <p class="sms" dir="auto">${data.text}</p>
      ${forward.error === null ? nothing : html`<p class="alert">${forward.error}</p>`}
      <p class="muted small">from ${data.from} to ${data.to} · ${when(forward.created_at)}</p>
    </article>`;
  }

  #list() {
    const { messages } = this;
    if (messages === null) return html`<p class="muted">Loading the messages…</p>`;
    if (messages.length === 0) {
      return html`<div class="card empty">
        <p>Nothing has been sent yet.</p>
        <p class="muted">Open a template and send it; what becomes of it shows here.</p>
      </div>`;
    }
    return html`<ul class="list" aria-label="Messages">
      ${repeat(
        messages,
        (message) => message.id,
        (message) =>
          html`<li class="card"><verbatim-message .message=${message}></verbatim-message></li>`,
      )}
    </ul>`;
  }
}
