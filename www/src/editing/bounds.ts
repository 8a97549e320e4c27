// The fewest and the most segments of any message of a body, and the same for each variant and
// each language. The module searches; this only asks once for each cell.
import type { Bounds, Check, Domains } from "../types.ts";
import { reason, type Verbatim } from "../verbatim.ts";

/** Null bounds have a reason: what a token may hold is not known, or the module refused. */
export interface Judged {
  bounds: Bounds | null;
  reason: string | null;
  check: Check | null;
}

export interface Cell extends Judged {
  language: string;
  variant: string;
}

export interface Matrix {
  languages: string[];
  rows: { variant: string; cells: Cell[] }[];
  /** Variants that are not shown. */
  more: number;
}

/** Each cell is a search: nobody reads a table of thousands. */
export const MOST_CELLS = 240;

/** The module's own code for bounds that it cannot give. */
const NOT_ENOUGH_KNOWN = "V101";

export function judge(engine: Verbatim, body: string, domains: Domains): Judged {
  try {
    const check = engine.check({ body, domains });
    const why = check.diagnostics.find(({ code }) => code === NOT_ENOUGH_KNOWN);
    return { bounds: check.bounds, reason: why?.message ?? null, check };
  } catch (cause) {
    return { bounds: null, reason: reason(cause), check: null };
  }
}

/** Null where there is no table to make: no variants, and no second language. */
export function matrix(
  engine: Verbatim,
  bodies: Record<string, string>,
  domains: Domains,
): Matrix | null {
  const languages = Object.keys(bodies);
  const variants = domains.rows ?? [];
  if (languages.length === 0 || variants.length === 0) return null;
  const shown = variants.slice(0, Math.max(1, Math.floor(MOST_CELLS / languages.length)));
  return {
    languages,
    rows: shown.map((row) => ({
      variant: row.variant,
      cells: Object.entries(bodies).map(([language, body]) => ({
        language,
        variant: row.variant,
        ...judge(engine, body, { ...domains, rows: [row] }),
      })),
    })),
    more: variants.length - shown.length,
  };
}
