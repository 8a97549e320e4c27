// Replacements of places in a text, as fixes and forcing characters bring them.

/** `at` is half-open, in UTF-16 code units of the text as it is before any of them. */
export interface Replacement {
  at: [number, number];
  text: string;
}

/** The last first, so that none moves the place of the next. */
export function lastFirst(replacements: Replacement[]): Replacement[] {
  return [...replacements].sort((a, b) => b.at[0] - a.at[0]);
}

/** The replacements must not overlap. */
export function replaced(text: string, replacements: Replacement[]): string {
  return lastFirst(replacements).reduce(
    (sofar, { at: [from, to], text }) => sofar.slice(0, from) + text + sofar.slice(to),
    text,
  );
}
