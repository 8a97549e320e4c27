// A space where the writer is begins their next word: it is no finding until they leave it.
import type { Diagnostic } from "../types.ts";

/** The code of white space at the end of a line; `verbatim explain` knows them all. */
const TRAILING_SPACE = "V121";

/** `cursor` is where the writer is, in UTF-16 code units of the body; null while they are elsewhere. */
function isUnfinished({ code, part, range }: Diagnostic, cursor: number | null): boolean {
  return code === TRAILING_SPACE && part === "body" && range.utf16[1] === cursor;
}

/** What there is to say already. */
export function finished(diagnostics: Diagnostic[], cursor: number | null): Diagnostic[] {
  return diagnostics.filter((one) => !isUnfinished(one, cursor));
}

/** `cursor`, where something there waits to be said. */
export function waiting(diagnostics: Diagnostic[], cursor: number | null): number | null {
  return diagnostics.some((one) => isUnfinished(one, cursor)) ? cursor : null;
}
