// What the dearest message of a body costs when nothing is known of its tokens' values: each is
// taken to be as long as people's values seldom are. The same as `verbatim diff` takes it to be.
import type { Encoding, Values } from "../types.ts";
import { withValue } from "../values.ts";
import type { Verbatim } from "../verbatim.ts";
import { plural } from "./words.ts";

/** How many characters of the GSM alphabet each token holds then. */
export const TOKEN_CHARS = 30;

export interface Worst {
  segments: number;
  encoding: Encoding;
}

/** Null for a body with errors, of which no message can be sent. */
export function worst(engine: Verbatim, body: string): Worst | null {
  try {
    const { tokens, diagnostics } = engine.check({ body });
    if (diagnostics.some(({ severity }) => severity === "error")) return null;
    const longest = "x".repeat(TOKEN_CHARS);
    const values = tokens.reduce<Values>((all, token) => withValue(all, token, longest), {});
    return engine.preview({ body, values }).segments;
  } catch {
    return null;
  }
}

/** "2 segments in GSM-7" */
export function worstWords(cost: Worst | null): string {
  return cost === null ? "no message" : `${plural(cost.segments, "segment")} in ${cost.encoding}`;
}
