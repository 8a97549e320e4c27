// A sentence as the module and the host write it, with what it quotes in backticks set as code.
import { html, type TemplateResult } from "lit";

/** Text nodes and <code>; a sentence whose backticks do not pair stays as it is. */
export function prose(sentence: string): TemplateResult | string {
  const parts = sentence.split("`");
  if (parts.length % 2 === 0) return sentence;
  return html`${parts.map((part, at) => (at % 2 === 1 ? html`<code>${part}</code>` : part))}`;
}
