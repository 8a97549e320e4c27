// <verbatim-delivery-row>: one message in the list of deliveries; its number leads to its story.
// Says `cancel` when it is to be taken back.
import { html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { Message } from "../api.ts";
import { plural } from "../editing/words.ts";
import { address } from "../route.ts";
import { Page } from "./page.ts";
import { failure, meaning, TONE } from "./states.ts";
import { when } from "./when.ts";

@customElement("verbatim-delivery-row")
export class VerbatimDeliveryRow extends Page {
  @property({ attribute: false }) message!: Message;

  protected override render() {
    const { message } = this;
    const { id, state } = message;
    return html`<article class="delivery" aria-label="Message to ${message.to}" data-id=${id}>
      <header class="row">
        <strong class="badge ${TONE[state] ?? "going"}" title=${meaning(message)} data-testid="state"
          >${state}</strong
        >
        <a class="story" href=${address({ page: "delivery", id })}>${message.to}</a>
        <span class="muted small grow breakable origin">
          ${message.template === null ? nothing : html`${message.template} · `}${message.environment}
          · from ${message.sender}
        </span>
        ${
          state === "queued"
            ? html`<button type="button" @click=${() => this.#cancel()}>Cancel</button>`
            : nothing
        }
        <span class="muted small nowrap">${when(message.created_at)}</span>
      </header>
      ${
        message.redacted_at === null
          ? html`<p class="excerpt" dir="auto" data-testid="message-text">${message.text}</p>`
          : html`<p class="muted">What it said was taken out ${when(message.redacted_at)}.</p>`
      }
      ${message.error === null ? nothing : failure(message.error)}
      ${
        state === "suppressed"
          ? html`<p class="small warn">
            ${meaning(message)}${
              message.reason === "opted_out"
                ? html`:
                  <a href=${address({ page: "person", recipient: message.to })}>consent of this number</a>`
                : nothing
            }
          </p>`
          : nothing
      }
      ${
        message.resend_of === null
          ? nothing
          : html`<p class="muted small">
            A new message for
            <a href=${address({ page: "delivery", id: message.resend_of })}>one that was not delivered</a>.
          </p>`
      }
      <p class="muted small">${counted(message)}</p>
    </article>`;
  }

  #cancel(): void {
    this.dispatchEvent(new CustomEvent("cancel"));
  }
}

/** "2 segments", and what Twilio made of it. */
export function counted({ predicted_segments, billed_segments, miscounted }: Message) {
  const predicted = plural(predicted_segments, "segment");
  if (billed_segments === null) return html`${predicted} predicted`;
  if (!miscounted) return html`${predicted} predicted and billed`;
  return html`${predicted} predicted,
    <strong class="badge warn">${billed_segments} billed</strong>`;
}
