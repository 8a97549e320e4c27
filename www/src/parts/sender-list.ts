// The senders that a field may be filled with, as a <datalist>.
import { html } from "lit";
import type { Sender } from "../api.ts";

/** `id` is what the field's `list` names. */
export function senderList(id: string, senders: Sender[]) {
  const distinct = new Set(senders.map(({ sender }) => sender));
  return html`<datalist id=${id}>
    ${[...distinct].map((sender) => html`<option value=${sender}></option>`)}
  </datalist>`;
}
