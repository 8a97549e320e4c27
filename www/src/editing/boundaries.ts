// Where each segment after the first begins. The module says how many units each one holds; which
// character that is, it is asked too, because units of GSM-7 are no UTF-16 code units.
import type { Preview } from "../types.ts";
import type { Verbatim } from "../verbatim.ts";
import { type Origin, origin } from "./origin.ts";

/** The beginning of a segment. */
export interface Boundary {
  /** Counted from one, so never the first. */
  segment: number;
  /** In UTF-16 code units of the previewed text. */
  at: number;
  /** Where that was written. */
  from: Origin | null;
}

/** Nobody looks for the beginning of the twentieth segment, and each costs some questions. */
export const MOST_DRAWN = 12;

/** In order; empty for one segment and for more than `MOST_DRAWN`. */
export function boundaries(engine: Verbatim, preview: Preview): Boundary[] {
  const { text, segments } = preview;
  if (segments.segments < 2 || segments.segments > MOST_DRAWN) return [];
  const found: Boundary[] = [];
  let units = 0;
  let at = 0;
  for (const [index, of] of segments.segment_units.slice(0, -1).entries()) {
    units += of;
    at = segments.encoding === "UCS-2" ? units : search(engine, text, at, units);
    const from = origin({ bytes: [0, 0], utf16: [at, at + 1] }, preview);
    found.push({ segment: index + 2, at, from });
  }
  return found;
}

/** The end of the longest beginning of `text` that takes no more than `units`. */
function search(engine: Verbatim, text: string, least: number, units: number): number {
  let [low, high] = [least, text.length];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (engine.segments(text.slice(0, middle)).units <= units) low = middle;
    else high = middle - 1;
  }
  return low;
}
