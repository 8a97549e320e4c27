// Everything that an editor shows of a body, asked of the module in one go: what is wrong, the
// text with its values, where each segment begins, and where the characters stand that force
// UCS-2. Knows no editor, so that each shows the same.
import type { Check, CheckRequest, Forcing, Names, Preview, Values } from "../types.ts";
import { reason, type Verbatim } from "../verbatim.ts";
import { type Boundary, boundaries } from "./boundaries.ts";
import { type Origin, origin } from "./origin.ts";

/** What the sender's campaign says of its messages. */
export type Campaign = NonNullable<CheckRequest["campaign"]>;

/** What a body is judged with. */
export interface Context {
  engine: Verbatim;
  /** Sample values. */
  values: Values;
  /** What exists; nothing is said of the names of a kind that it does not list. */
  names: Names | null;
  /** What may be written of the other kinds, for completion alone. */
  suggestions: Names;
  /** What the sender's campaign says of its messages; nothing where nobody knows. */
  campaign?: Campaign | null;
}

/** A character that forces UCS-2, and where it was written; null where no one edit mends it. */
export interface Forced {
  one: Forcing;
  from: Origin | null;
}

/** The module's answers for one body and its values; null where it refused to answer. */
export interface Analysis {
  readonly check: Check | null;
  readonly preview: Preview | null;
  readonly refusal: string | null;
  readonly boundaries: Boundary[];
  readonly forced: Forced[];
}

export const NOTHING: Analysis = {
  check: null,
  preview: null,
  refusal: null,
  boundaries: [],
  forced: [],
};

/**
 * Each part is asked for when it is read first, so that the frame of a key waits for no more than it
 * shows. Never throws: what the module refuses is a sentence in `refusal`.
 */
export function analyse(body: string, { engine, values, names, campaign }: Context): Analysis {
  const known = { ...(names === null ? {} : { names }), ...(campaign ? { campaign } : {}) };
  const check = asked(() => engine.check({ body, ...known }));
  const preview = asked(() => engine.preview({ body, values }));
  const marked = asked(() => {
    const shown = preview().answer;
    return shown === null ? [] : boundaries(engine, shown);
  });
  const forced = asked(() => {
    const shown = preview().answer;
    const forcing = shown?.segments.forcing ?? [];
    return forcing.map((one) => ({ one, from: shown && origin(one.range, shown) }));
  });
  return {
    get check() {
      return check().answer;
    },
    get preview() {
      return preview().answer;
    },
    get refusal() {
      return check().refusal ?? preview().refusal;
    },
    get boundaries() {
      return marked().answer ?? [];
    },
    get forced() {
      return forced().answer ?? [];
    },
  };
}

interface Asked<T> {
  answer: T | null;
  refusal: string | null;
}

/** Asks once, when somebody wants to know. */
function asked<T>(ask: () => T): () => Asked<T> {
  let known: Asked<T> | null = null;
  return () => {
    if (known !== null) return known;
    try {
      known = { answer: ask(), refusal: null };
    } catch (cause) {
      known = { answer: null, refusal: reason(cause) };
    }
    return known;
  };
}

/** What may be completed: what exists, and what the values name and the rest of another kind. */
export function namesAtHand({ names, values, suggestions }: Context): Names {
  const valued = Object.entries(values).map(([kind, known]) => [kind, Object.keys(known ?? {})]);
  return { ...joined(Object.fromEntries(valued), suggestions), ...names };
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
