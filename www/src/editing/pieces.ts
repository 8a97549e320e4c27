// Cuts a previewed text into plain text and tokens' values, in order, for a view to show.
// Nothing is lost or reordered: the pieces' texts joined are the text itself.
import type { Preview, Span } from "../types.ts";
import type { Boundary } from "./boundaries.ts";

export interface Piece {
  /** Cut where segments begin; the first part is the part before any of them does. */
  parts: Part[];
  /** The token that became this text; null for what the writer wrote. */
  span: Span | null;
}

export interface Part {
  text: string;
  /** The segment that begins with it; null for what goes on with the one before. */
  begins: number | null;
}

/** Spans beyond those that the module lists are plain text here. */
export function pieces({ text, spans }: Preview, boundaries: Boundary[]): Piece[] {
  const found: Piece[] = [];
  const add = (from: number, to: number, span: Span | null) => {
    const within = boundaries.filter(({ at }) => from <= at && at < to);
    const first = within[0]?.at ?? to;
    const parts: Part[] = [{ text: text.slice(from, first), begins: null }];
    for (const [index, { at, segment }] of within.entries()) {
      parts.push({ text: text.slice(at, within[index + 1]?.at ?? to), begins: segment });
    }
    found.push({ parts, span });
  };
  let at = 0;
  for (const span of spans) {
    const [from, to] = span.text.utf16;
    if (from > at) add(at, from, null);
    add(from, to, span);
    at = to;
  }
  if (at < text.length) add(at, text.length, null);
  return found;
}
