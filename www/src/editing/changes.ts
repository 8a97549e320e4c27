// What an edit did to a body, as a reader sees it: whole words and whole tokens came and went.
import { diffArrays } from "diff";
import type { Token } from "../types.ts";
import type { Verbatim } from "../verbatim.ts";
import { distinct } from "./words.ts";

export interface Change {
  kind: "same" | "added" | "removed";
  text: string;
}

/** In the order of the text. Those that are `same` or `removed` joined are `before`, those that
 * are `same` or `added` are `after`. */
export function changes(engine: Verbatim, before: string, after: string): Change[] {
  return diffArrays(words(engine, before), words(engine, after)).map(
    ({ added, removed, value }) => ({
      kind: added ? "added" : removed ? "removed" : "same",
      text: value.join(""),
    }),
  );
}

/** The tokens that only one of two bodies has, as they are written. */
export function tokenChanges(
  engine: Verbatim,
  before: string,
  after: string,
): { added: string[]; removed: string[] } {
  const [old, now] = [written(engine, before), written(engine, after)];
  return {
    added: now.filter((token) => !old.includes(token)),
    removed: old.filter((token) => !now.includes(token)),
  };
}

/** Each token of a body once, as it is written there. */
export function written(engine: Verbatim, body: string): string[] {
  return distinct(tokens(engine, body)).map(({ range }) => body.slice(...range.utf16));
}

/** A body that the module refuses has none. */
function tokens(engine: Verbatim, body: string): Token[] {
  try {
    return engine.check({ body }).tokens;
  } catch {
    return [];
  }
}

const WORD = /[\p{L}\p{M}\p{N}_]+|\s+|./gu;

/** Tokens, words, runs of white space, and every other character by itself. */
function words(engine: Verbatim, body: string): string[] {
  const found: string[] = [];
  let at = 0;
  for (const { range } of tokens(engine, body)) {
    const [from, to] = range.utf16;
    found.push(...(body.slice(at, from).match(WORD) ?? []), body.slice(from, to));
    at = to;
  }
  return [...found, ...(body.slice(at).match(WORD) ?? [])];
}
