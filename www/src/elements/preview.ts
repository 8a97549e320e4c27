// The text as it reads with the values at hand, and where each segment of it begins.
import { html, nothing } from "lit";
import type { Boundary } from "../editing/boundaries.ts";
import { type Part, type Piece, pieces } from "../editing/pieces.ts";
import { kindName, plural } from "../editing/words.ts";
import type { Preview } from "../types.ts";

export function previewText(preview: Preview, boundaries: Boundary[]) {
  const { missing_total } = preview;
  return html`
    <p class="text" part="preview" dir="auto" data-testid="preview-text">${pieces(
      preview,
      boundaries,
    ).map(pieceShown)}</p>
    ${
      missing_total === 0
        ? nothing
        : html`<p class="note">
          Counted with ${plural(missing_total, "token")} still unfilled; a send refuses until
          ${missing_total === 1 ? "it has a value" : "each has a value"}.
        </p>`
    }
  `;
}

/** What the writer wrote is text; what a token became is text in a frame. */
export function pieceShown({ parts, span }: Piece) {
  if (span === null) return parts.map(marked);
  const { kind, name, missing } = span;
  const title = `${kindName(kind)} ${name}${missing ? ": no value" : ""}`;
  return html`<span class="chip ${kind} ${missing ? "missing" : ""}" title=${title}>${parts.map(marked)}</span>`;
}

/** The mark is an attribute, drawn by the style sheet: the text itself stays what is sent. */
function marked({ text, begins }: Part) {
  if (begins === null) return text;
  return html`<i class="begins" data-segment=${begins} aria-hidden="true"></i>${text}`;
}
