// Edits a text field as typing would: the change can be undone, and the field says `input`.
import { lastFirst, type Replacement } from "./replace.ts";

/** The replacements are places in the field's present text, and do not overlap. */
export function replaceIn(field: HTMLTextAreaElement, replacements: Replacement[]): void {
  field.focus();
  for (const { at, text } of lastFirst(replacements)) {
    field.setSelectionRange(at[0], at[1]);
    type(field, text);
  }
}

function type(field: HTMLTextAreaElement, text: string): void {
  // Deprecated, and still the only way by which a script's edit joins the field's undo history.
  const typed =
    text === "" ? document.execCommand("delete") : document.execCommand("insertText", false, text);
  if (typed) return;
  field.setRangeText(text);
  field.dispatchEvent(new Event("input", { bubbles: true, composed: true }));
}

/** Selects a place, so that a reader sees it. */
export function select(field: HTMLTextAreaElement, [from, to]: [number, number]): void {
  field.focus();
  field.setSelectionRange(from, to);
}
