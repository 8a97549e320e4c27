// Reads and changes `Values` without being fooled by names: `__proto__` and `constructor` are
// names of tokens like any other, so only own properties count.
import type { TokenName, Values } from "./types.ts";

/** Null when it is missing; an empty string is a value. */
export function valueFor(values: Values, { kind, name }: TokenName): string | null {
  const known = values[kind];
  return known && Object.hasOwn(known, name) ? (known[name] ?? null) : null;
}

/** The same values with this one set, or missing for null. */
export function withValue(values: Values, { kind, name }: TokenName, value: string | null): Values {
  const others = Object.entries(values[kind] ?? {}).filter(([known]) => known !== name);
  const known = value === null ? others : [...others, [name, value]];
  return { ...values, [kind]: Object.fromEntries(known) };
}
