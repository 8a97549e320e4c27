// How a sender is registered for A2P 10DLC, as a badge, and what is to be done, as a line.
import { html, nothing } from "lit";
import type { Registered, Registration, Standing } from "../api.ts";
import { when } from "./when.ts";

const TONE: Record<Standing, string> = {
  not_needed: "",
  registered: "good",
  pending: "warn",
  failed: "bad",
  missing: "bad",
  unknown: "",
};

/** Whether it is known that carriers block what it sends. */
const isBlocked = ({ standing }: Registered) => standing === "failed" || standing === "missing";

/** Nothing for a sender that needs none, or of which nothing is known. */
export function standingBadge({ standing }: Registered) {
  if (standing === "not_needed" || standing === "unknown") return nothing;
  return html`<strong class="badge ${TONE[standing]}">A2P 10DLC ${standing}</strong>`;
}

/** What was found, what is to be done where, and when Twilio said so. */
export function standingLine({ found, to_do, checked_at }: Registration) {
  return html`<span class="small muted"
    >${found}${to_do === null ? nothing : html`; <strong>${to_do}</strong>`}
    ${checked_at === null ? nothing : html`(asked ${when(checked_at)})`}</span
  >`;
}

/** What is to be done about a sender that carriers block. */
export function blocked(registration: Registration | undefined) {
  if (registration === undefined || !isBlocked(registration)) return nothing;
  return html`<p><strong class="badge bad">blocked</strong> ${standingLine(registration)}</p>`;
}
