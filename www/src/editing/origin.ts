// Where a place of a previewed text comes from: the body, or the value of a token. A character
// that forces UCS-2 is counted in the text, and mended where it was written.
import type { Preview, Range, Span } from "../types.ts";

/** `at` is in UTF-16 code units of the body, or of the value. */
export type Origin =
  | { in: "body"; at: [number, number] }
  | { in: "value"; span: Span; at: [number, number] };

/** Null for a place that is partly in a value and partly not: no one edit mends that. */
export function origin(range: Range, preview: Preview): Origin | null {
  const [from, to] = range.utf16;
  let shift = 0;
  for (const span of preview.spans) {
    const [start, end] = span.text.utf16;
    if (to <= start) break;
    if (from < end) {
      return from < start || to > end
        ? null
        : { in: "value", span, at: [from - start, to - start] };
    }
    shift = span.body.utf16[1] - end;
  }
  return { in: "body", at: [from + shift, to + shift] };
}
