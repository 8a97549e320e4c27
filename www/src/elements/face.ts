// <verbatim-editor> as its page sees it: properties, events' details, nothing of how it is made.
import type { Analysis, Campaign } from "../editing/analysis.ts";
import type { Domains, Names, Values } from "../types.ts";
import type { Verbatim } from "../verbatim.ts";

/** What a writer has at hand: the `detail` of an `edit` event. */
export interface EditDetail {
  value: string;
  values: Values;
}

/** Which message was asked for: the `detail` of a `witness` event. */
export interface WitnessDetail {
  language: string;
  /** Null where the domains have no variants. */
  variant: string | null;
  values: Values;
}

/**
 * The element. It says `edit` (a body or a value was changed by the writer), `input` and `change`
 * (as any field of a form), `analysis` (the module has judged) and `witness` (a message was asked
 * for).
 */
export interface VerbatimEditorElement extends HTMLElement {
  /** The loaded module. */
  engine: Verbatim | null;
  /** The body. */
  value: string;
  /** Sample values; a name that is absent is missing, an empty string is a value. */
  values: Values;
  /** What the tokens may hold: with it, exact bounds and the matrix are shown. */
  domains: Domains | null;
  /** What exists: with it, unknown names are found, and all of them are completed. */
  names: Names | null;
  /** What is completed of kinds that `names` does not list, beside what the values name. */
  suggestions: Names;
  /** What the sender's campaign says of its messages: what differs is found. */
  campaign: Campaign | null;
  /** The body in each language, by its tag, for the matrix; `value` stands for `language`. */
  bodies: Record<string, string>;
  /** The tag of the language that `value` is in. */
  language: string;
  readonly: boolean;
  required: boolean;
  /** The name of the field, for who does not see it. */
  label: string;
  placeholder: string;
  /** As a form sends it. */
  name: string;
  /** The module's answers for what is shown now. */
  readonly analysis: Analysis;
  /** Writes a text in the place of what is selected; `over` is the part of it to be typed over. */
  insert(text: string, over?: [number, number]): void;
  readonly form: HTMLFormElement | null;
  readonly validity: ValidityState;
  readonly validationMessage: string;
  checkValidity(): boolean;
  reportValidity(): boolean;
}

declare global {
  interface HTMLElementTagNameMap {
    "verbatim-editor": VerbatimEditorElement;
  }
}
