// Cuts a previewed text into plain text and tokens' values, in order, for a view to show.
// Nothing is lost or reordered: the pieces' texts joined are the text itself.
import type { Preview, Span } from "../types.ts";

export interface Piece {
  text: string;
  /** The token that became this text; null for what the writer wrote. */
  span: Span | null;
}

/** Spans beyond those that the module lists are plain text here. */
export function pieces({ text, spans }: Preview): Piece[] {
  const found: Piece[] = [];
  let at = 0;
  for (const span of spans) {
    const [from, to] = span.text.utf16;
    if (from > at) found.push({ text: text.slice(at, from), span: null });
    found.push({ text: text.slice(from, to), span });
    at = to;
  }
  if (at < text.length) found.push({ text: text.slice(at), span: null });
  return found;
}
