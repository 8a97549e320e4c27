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
  suppressed: "held back: nothing was sent",
};

/** Why a message is suppressed. */
const HELD_BACK: Record<string, string> = {
  opted_out: "the number has opted out, so nothing was sent",
  recipient_limit: "this person has had as many messages as Settings allow, so nothing was sent",
  same_text: "this person had the same text a moment ago, so nothing was sent",
  project_limit: "the project has sent as many messages as Settings allow, so nothing was sent",
};

/** What a message's state means, for its reason. */
export function meaning({ state, reason }: { state: MessageState; reason: string | null }): string {
  const held = state === "suppressed" && reason !== null ? HELD_BACK[reason] : undefined;
  return held ?? MEANING[state] ?? "";
}

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
