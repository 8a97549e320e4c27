// A place as people say it: lines and characters counted from one.

/** `at` is in UTF-16 code units; a character is a Unicode scalar value. */
export function place(text: string, at: number): string {
  const before = text.slice(0, at).split("\n");
  const column = Array.from(before.at(-1) ?? "").length + 1;
  return before.length === 1 && !text.includes("\n")
    ? `character ${column}`
    : `line ${before.length}, character ${column}`;
}
