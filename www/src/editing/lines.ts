// Which segments each line of a body is part of.
import type { Boundary } from "./boundaries.ts";

/** Where a boundary is drawn in the body: of what begins within a value, at its token. */
export function drawnAt({ from }: Boundary): number | null {
  if (from === null) return null;
  return from.in === "body" ? from.at[0] : from.span.body.utf16[0];
}

/** For each line "1", or "1–2"; empty while all is one segment. */
export function lineSegments(body: string, boundaries: Boundary[]): string[] {
  if (boundaries.length === 0) return [];
  const places = boundaries.flatMap((one) => {
    const at = drawnAt(one);
    return at === null ? [] : [{ segment: one.segment, at }];
  });
  let from = 0;
  let segment = 1;
  return body.split("\n").map((line) => {
    const to = from + line.length;
    const within = places.filter(({ at }) => at >= from && at <= to);
    const first = within[0]?.at === from ? within[0].segment : segment;
    segment = within.at(-1)?.segment ?? segment;
    from = to + 1;
    return first === segment ? `${first}` : `${first}–${segment}`;
  });
}
