// The kinds of token as buttons that write one: nobody knows their syntax by heart.
import { html } from "lit";
import { kindName } from "../editing/words.ts";
import type { Kind } from "../types.ts";

/** What is typed over, in each of them. */
const NAME = "name";

const TOKENS: Record<Kind, string> = {
  variant: `\${${NAME}}`,
  entity: `{{entity:${NAME}}}`,
  variable: `{{vrbl:${NAME}}}`,
  translation: `{{tn:${NAME}}}`,
};

/** `write`: a text, and the part of it that is to be typed over. */
export function insertButtons(write: (text: string, over: [number, number]) => void) {
  return html`<div class="row insert" role="group" aria-label="Insert a token">
    <span class="muted small">Insert</span>
    ${(Object.keys(TOKENS) as Kind[]).map((kind) => {
      const text = TOKENS[kind];
      const at = text.indexOf(NAME);
      return html`<button
        type="button"
        class="chip ${kind}"
        aria-label=${`Insert ${kindName(kind)}`}
        title=${text}
        @click=${() => write(text, [at, at + NAME.length])}
      >
        ${kindName(kind)}
      </button>`;
    })}
  </div>`;
}
