// The words by which people call what the module names.
import type { Forcing, Segments, Target, Token, TokenName, Values } from "../types.ts";
import { valueFor } from "../values.ts";

const KIND_NAMES: Record<Target, string> = {
  variant: "variant attribute",
  entity: "entity",
  variable: "variable",
  translation: "translation",
  template: "template",
  handoff: "handoff",
};

export function kindName(kind: Target): string {
  return KIND_NAMES[kind];
}

export function plural(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? "" : "s"}`;
}

/** How many units the segments that are paid for hold. */
export function capacity({ units, remaining }: Segments): number {
  return units + remaining;
}

/** "1 segment, 143 of 160, GSM-7" */
export function sentence(segments: Segments): string {
  const { units, encoding } = segments;
  return `${plural(segments.segments, "segment")}, ${units} of ${capacity(segments)}, ${encoding}`;
}

/** "U+0065 U+0301" */
export function codePoints(text: string): string {
  return Array.from(
    text,
    (char) => `U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`,
  ).join(" ");
}

/** What is written in the place of a character, as people say it. */
export function named(replacement: string): string {
  if (replacement === "") return "nothing";
  return replacement.trim() === "" ? "a space" : `“${replacement}”`;
}

/** What a character that forces UCS-2 costs, and what to do. */
export function forcedSentence({ char, replacement }: Forcing): string {
  const told = `${char} (${codePoints(char)}) forces UCS-2`;
  return replacement === null ? told : `${told}; write ${named(replacement)} instead`;
}

/** Each token once, in the order of first appearance. */
export function distinct<T extends TokenName>(tokens: T[]): T[] {
  return [...new Map(tokens.map((token) => [`${token.kind} ${token.name}`, token])).values()];
}

/**
 * "property_name = Château d’Été" for each token of these, as far as there is room for. Attributes
 * of a variant come first: they are what somebody wrote, and can write otherwise.
 */
export function witnessed(tokens: Token[], witness: Values, most: number): string {
  const all = distinct(tokens);
  const known = [
    ...all.filter(({ kind }) => kind === "variant"),
    ...all.filter(({ kind }) => kind !== "variant"),
  ]
    .map((token) => ({ name: token.name, value: valueFor(witness, token) }))
    .filter(({ value }) => value !== null);
  const shown = known.slice(0, most).map(({ name, value }) => `${name} = ${short(value ?? "")}`);
  const rest = known.length - shown.length;
  return rest > 0 ? `${shown.join(", ")} and ${rest} more` : shown.join(", ");
}

/** Of a long value, its beginning. */
const SHOWN_CHARS = 40;

function short(value: string): string {
  if (value === "") return "“”";
  const chars = Array.from(value);
  return chars.length <= SHOWN_CHARS ? value : `${chars.slice(0, SHOWN_CHARS).join("")}…`;
}
