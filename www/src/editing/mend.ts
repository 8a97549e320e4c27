// How characters that force UCS-2 are replaced where they were written: in the body, in values.
import type { Preview, Span, Values } from "../types.ts";
import { valueFor } from "../values.ts";
import type { Verbatim } from "../verbatim.ts";
import type { Forced } from "./analysis.ts";
import { type Replacement, replaced } from "./replace.ts";

export interface Mending {
  body: Replacement[];
  values: { token: Span; value: string }[];
}

/** What came twice from one value is mended once. What has no replacement stays. */
export function mending(found: Forced[], values: Values): Mending {
  const body: Replacement[] = [];
  const byValue = new Map<string, { token: Span; places: Map<number, Replacement> }>();
  for (const { one, from } of found) {
    if (from === null || one.replacement === null) continue;
    const replacement = { at: from.at, text: one.replacement };
    if (from.in === "body") {
      body.push(replacement);
      continue;
    }
    const key = `${from.span.kind} ${from.span.name}`;
    const value = byValue.get(key) ?? { token: from.span, places: new Map() };
    value.places.set(from.at[0], replacement);
    byValue.set(key, value);
  }
  return {
    body,
    values: [...byValue.values()].map(({ token, places }) => ({
      token,
      value: replaced(valueFor(values, token) ?? "", [...places.values()]),
    })),
  };
}

/** How many segments fewer the text takes once these are replaced; the module counts. */
export function saved(engine: Verbatim, { text, segments }: Preview, found: Forced[]): number {
  const places = found.flatMap(({ one }) =>
    one.replacement === null ? [] : [{ at: one.range.utf16, text: one.replacement }],
  );
  return segments.segments - engine.segmentCount(replaced(text, places));
}
