// <verbatim-message>: one message, from queued to its end: state, text, segments, module.
import { html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { Message } from "../api.ts";
import { plural, sentence } from "../editing/words.ts";
import { Page } from "./page.ts";
import { failure, meaning, TONE } from "./states.ts";
import { when } from "./when.ts";

/** What the page previewed when it sent the message. */
export interface Previewed {
  text: string;
  segments: number;
  module: string;
}

@customElement("verbatim-message")
export class VerbatimMessage extends Page {
  @property({ attribute: false }) message!: Message;
  @property({ attribute: false }) previewed: Previewed | null = null;

  protected override render() {
    const { message } = this;
    const { state, segments } = message;
    return html`<article class="message" aria-label="Message to ${message.to}" data-id=${message.id}>
      <header class="row">
        <strong class="badge ${TONE[state] ?? "going"}" role="status" data-testid="state">${state}</strong>
        <span class="muted">${meaning(message)}</span>
        ${message.reason === null ? nothing : html`<code class="muted small">${message.reason}</code>`}
      </header>
      ${
        message.redacted_at === null
          ? html`<p class="sms" dir="auto" data-testid="message-text">${message.text}</p>`
          : html`<p class="muted">What it said was taken out ${when(message.redacted_at)}.</p>`
      }
      ${message.error === null ? nothing : failure(message.error)}
      ${message.warning === undefined ? nothing : html`<p class="small warn">${message.warning}</p>`}
      <p class="muted small">
        <span data-testid="message-segments">${
          message.redacted_at === null
            ? sentence(segments)
            : plural(message.predicted_segments, "segment")
        }</span>
        · to ${message.to} from ${message.sender} in ${message.environment}
        ${message.template === null ? nothing : html`· <span>${message.template}</span>`}
        · ${when(message.created_at)}
      </p>
      <p class="muted small module">
        Module <code data-testid="message-module" title=${message.module}>${message.module}</code>
      </p>
      ${this.#asPreviewed()}
    </article>`;
  }

  #asPreviewed() {
    const { message, previewed } = this;
    if (previewed === null) return nothing;
    const same =
      previewed.text === message.text &&
      previewed.segments === message.segments.segments &&
      previewed.module === message.module;
    return same
      ? html`<p class="small good">✓ text, segments and module are those of the preview</p>`
      : html`<p class="small warn">not what the preview showed: another version was sent</p>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "verbatim-message": VerbatimMessage;
  }
}
