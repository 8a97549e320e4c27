// What the states of a message mean, and how they look.
import { html } from "lit";
import type { MessageState } from "../api.ts";

export const MEANING: Record<MessageState, string> = {
  queued: "accepted by this host, not yet sent",
  dispatching: "being handed to Twilio",
  unknown: "handed to Twilio without an answer; being reconciled",
  accepted: "taken by Twilio",
  sent: "sent by Twilio to the carrier",
  delivered: "on the phone",
  undelivered: "not delivered by the carrier",
  failed: "refused",
  canceled: "called back before it was sent",
  suppressed: "the number has opted out, so nothing was sent",
};

export const TONE: Record<MessageState, "good" | "bad" | "warn" | "going"> = {
  queued: "going",
  dispatching: "going",
  unknown: "warn",
  accepted: "going",
  sent: "going",
  delivered: "good",
  undelivered: "bad",
  failed: "bad",
  canceled: "warn",
  suppressed: "warn",
};

/** What went wrong, with Twilio's code, and what to do about it. */
export function failure(error: { code: number | null; message: string; help: string | null }) {
  const { code, message, help } = error;
  const numbered = code === null ? message : `${message} (Twilio ${code})`;
  return html`<p class="alert">${help === null ? numbered : `${numbered}: ${help}`}</p>`;
}
