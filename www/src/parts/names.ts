// The names of the tokens that the project's templates use, as the module reads them.
import type { Template } from "../api.ts";
import { distinct } from "../editing/words.ts";
import type { Kind, Names } from "../types.ts";
import type { Verbatim } from "../verbatim.ts";

/** A body that the module refuses names nothing. */
export function namesOf(engine: Verbatim, templates: Template[]): Names {
  const names: { [kind in Kind]?: string[] } = {};
  for (const { kind, name } of distinct(templates.flatMap(({ body }) => tokensOf(engine, body)))) {
    names[kind] = [...(names[kind] ?? []), name];
  }
  return names;
}

function tokensOf(engine: Verbatim, body: string) {
  try {
    return engine.check({ body }).tokens;
  } catch {
    return [];
  }
}
