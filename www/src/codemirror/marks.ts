// Draws the verdict into the text: tokens as chips that stay text, characters that force UCS-2,
// and a mark where each segment begins.
import { type ChangeDesc, type Extension, type Range, StateField } from "@codemirror/state";
import { Decoration, type DecorationSet, Direction, EditorView } from "@codemirror/view";
import type { Analysis } from "../editing/analysis.ts";
import type { Boundary } from "../editing/boundaries.ts";
import { drawnAt } from "../editing/lines.ts";
import type { Span, Token } from "../types.ts";
import { drawnField } from "./state.ts";

/** A segment's beginning, drawn before the first character of what is marked. */
const begins = (segments: string) => ({
  "data-segment": segments,
  title: `segment ${segments} begins here`,
});

const tokenMark = (
  { kind }: Token,
  span: Span | undefined,
  forces: boolean,
  segments: string | undefined,
) =>
  Decoration.mark({
    class: [
      "vb-token",
      `vb-${kind}`,
      span?.missing ? "vb-missing" : "",
      forces ? "vb-value-forces" : "",
      segments === undefined ? "" : "vb-begins",
    ].join(" "),
    // A token reads from left to right, whatever stands around it.
    attributes: { dir: "ltr", ...(segments === undefined ? {} : begins(segments)) },
    bidiIsolate: Direction.LTR,
    inclusive: false,
  });

const forcesMark = Decoration.mark({ class: "vb-forces" });

function tokenMarks({ check, preview, forced, boundaries }: Analysis): DecorationSet {
  const spans = new Map(preview?.spans.map((span) => [span.body.utf16[0], span]));
  const byValue = new Set(
    forced.map(({ from }) => (from?.in === "value" ? from.span.body.utf16[0] : -1)),
  );
  const within = segmentsAt(boundaries.filter(({ from }) => from?.in === "value"));
  const marks = (check?.tokens ?? []).map((token) => {
    const [from, to] = token.range.utf16;
    const mark = tokenMark(token, spans.get(from), byValue.has(from), within.get(from));
    return mark.range(from, to);
  });
  return Decoration.set(marks, true);
}

function forcedMarks({ forced }: Analysis): DecorationSet {
  const marks: Range<Decoration>[] = [];
  for (const { from } of forced) {
    if (from?.in === "body") marks.push(forcesMark.range(...from.at));
  }
  return Decoration.set(marks, true);
}

/** Those within a value are marked with its token. */
function boundaryMarks({ boundaries }: Analysis): DecorationSet {
  const places = segmentsAt(boundaries.filter(({ from }) => from?.in === "body"));
  const marks = [...places].map(([at, segments]) =>
    // On the first character: an element of its own would be one more thing to type around.
    Decoration.mark({ class: "vb-begins", attributes: begins(segments) }).range(at, at + 1),
  );
  return Decoration.set(marks, true);
}

/** "2", or "2 3" where several begin within one value, by the place in the body. */
function segmentsAt(boundaries: Boundary[]): Map<number, string> {
  const places = new Map<number, string>();
  for (const one of boundaries) {
    const at = drawnAt(one);
    if (at === null) continue;
    const before = places.get(at);
    places.set(at, before === undefined ? `${one.segment}` : `${before} ${one.segment}`);
  }
  return places;
}

interface Marks {
  tokens: DecorationSet;
  forced: DecorationSet;
  begins: DecorationSet;
}

/** Drawn once for each verdict, though they are asked for more often. */
const marksField = StateField.define<Marks>({
  create: (state) => drawn(state.field(drawnField)),
  update(marks, { startState, state, docChanged, changes }) {
    const analysis = state.field(drawnField);
    if (startState.field(drawnField) !== analysis) return drawn(analysis);
    return docChanged ? moved(marks, changes) : marks;
  },
  provide: (field) => [
    // The first are innermost.
    EditorView.decorations.from(field, ({ begins }) => begins),
    EditorView.decorations.from(field, ({ forced }) => forced),
    EditorView.decorations.from(field, ({ tokens }) => tokens),
    EditorView.bidiIsolatedRanges.of(({ state }) => state.field(field).tokens),
  ],
});

/** They stay with what they mark until they are drawn anew. */
function moved({ tokens, forced, begins }: Marks, changes: ChangeDesc): Marks {
  return {
    tokens: tokens.map(changes),
    forced: forced.map(changes),
    begins: begins.map(changes),
  };
}

function drawn(analysis: Analysis): Marks {
  return {
    tokens: tokenMarks(analysis),
    forced: forcedMarks(analysis),
    begins: boundaryMarks(analysis),
  };
}

export function marks(): Extension {
  return [marksField, EditorView.perLineTextDirection.of(true)];
}
