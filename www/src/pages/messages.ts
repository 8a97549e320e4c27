// <verbatim-messages>: the latest messages of this host, whatever sent them.
import { html } from "lit";
import { customElement, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { api, type Message } from "../api.ts";
import { Page } from "../parts/page.ts";
import { Poll } from "../parts/poll.ts";

const POLL_MS = 1500;
const SHOWN = 50;

@customElement("verbatim-messages")
export class VerbatimMessages extends Page {
  @state() private messages: Message[] | null = null;

  constructor() {
    super();
    new Poll(this, POLL_MS, async () => {
      this.messages = (await this.attempt(() => api.messages(SHOWN))) ?? this.messages;
    });
  }

  protected override render() {
    return html`<h1>Messages</h1>
      ${this.alert()} ${this.#list()}`;
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
