// Everything that an editor shows of a body, asked of the module in one go: what is wrong, the
// text with its values, where each segment begins, and where the characters stand that force
// UCS-2. Knows no editor, so that each shows the same.
import type { Check, Forcing, Names, Preview, Values } from "../types.ts";
import { reason, type Verbatim } from "../verbatim.ts";
import { type Boundary, boundaries } from "./boundaries.ts";
import { type Origin, origin } from "./origin.ts";

/** What a body is judged with. */
export interface Context {
  engine: Verbatim;
  /** Sample values. */
  values: Values;
  /** What exists; nothing is said of names where this is null. */
  names: Names | null;
  /** What may be written, for completion alone. */
  suggestions: Names;
}

/** A character that forces UCS-2, and where it was written; null where no one edit mends it. */
export interface Forced {
  one: Forcing;
  from: Origin | null;
}

/** The module's answers for one body and its values; null where it refused to answer. */
export interface Analysis {
  check: Check | null;
  preview: Preview | null;
  refusal: string | null;
  boundaries: Boundary[];
  forced: Forced[];
}

export const NOTHING: Analysis = {
  check: null,
  preview: null,
  refusal: null,
  boundaries: [],
  forced: [],
};

/** Never throws: what the module refuses is a sentence in `refusal`. */
export function analyse(body: string, { engine, values, names }: Context): Analysis {
  const analysis: Analysis = { ...NOTHING };
  try {
    analysis.check = engine.check(names === null ? { body } : { body, names });
    const preview = engine.preview({ body, values });
    analysis.preview = preview;
    analysis.forced = preview.segments.forcing.map((one) => ({
      one,
      from: origin(one.range, preview),
    }));
    analysis.boundaries = boundaries(engine, preview);
  } catch (cause) {
    analysis.refusal = reason(cause);
  }
  return analysis;
}

/** What may be completed where nobody has said what exists: what the values name, and the rest. */
export function namesAtHand({ names, values, suggestions }: Context): Names {
  if (names !== null) return names;
  return joined(
    Object.fromEntries(
      Object.entries(values).map(([kind, known]) => [kind, Object.keys(known ?? {})]),
    ),
    suggestions,
  );
}

/** Each name once, those of `first` before the others. */
function joined(first: Names, second: Names): Names {
  const kinds = new Set([...Object.keys(first), ...Object.keys(second)]) as Set<keyof Names>;
  return Object.fromEntries(
    [...kinds].map((kind) => [
      kind,
      [...new Set([...(first[kind] ?? []), ...(second[kind] ?? [])])],
    ]),
  );
}
