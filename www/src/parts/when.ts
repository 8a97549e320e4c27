// A moment as people read it, with the whole of it to hover on.
import { html } from "lit";

const TIME = new Intl.DateTimeFormat(undefined, { timeStyle: "medium" });
const FULL = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });

/** `at` is RFC 3339. */
export function when(at: string) {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return html`<time>${at}</time>`;
  const today = date.toDateString() === new Date().toDateString();
  return html`<time datetime=${at} title=${FULL.format(date)}
    >${today ? TIME.format(date) : FULL.format(date)}</time
  >`;
}
