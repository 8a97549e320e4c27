// What an editor tells of the place that a pointer rests on.
import type { Values } from "../types.ts";
import { valueFor } from "../values.ts";
import type { Analysis } from "./analysis.ts";
import { forcedSentence, kindName } from "./words.ts";

/** `place` and `at` are in UTF-16 code units of the body. Null where there is nothing to tell. */
export function told(
  { check, forced }: Analysis,
  values: Values,
  place: number,
): { at: [number, number]; lines: string[] } | null {
  const covers = ([from, to]: [number, number]) => from <= place && place <= to;
  for (const { one, from } of forced) {
    if (from?.in === "body" && covers(from.at))
      return { at: from.at, lines: [forcedSentence(one)] };
  }
  const token = check?.tokens.find(({ range }) => covers(range.utf16));
  if (token === undefined) return null;
  const value = valueFor(values, token);
  const lines = [
    `${kindName(token.kind)} ${token.name}`,
    value === null ? "no sample value" : `sample value: ${value === "" ? "empty" : value}`,
  ];
  for (const { one, from } of forced) {
    if (from?.in === "value" && from.span.body.utf16[0] === token.range.utf16[0]) {
      lines.push(forcedSentence(one));
    }
  }
  return { at: token.range.utf16, lines };
}
