// Draws the verdict into the text: tokens as chips that stay text, characters that force UCS-2,
// and a mark where each segment begins.
import type { EditorState, Extension, Range } from "@codemirror/state";
import { Decoration, type DecorationSet, Direction, EditorView } from "@codemirror/view";
import { drawnAt } from "../editing/lines.ts";
import type { Span, Token } from "../types.ts";
import { analysisField } from "./state.ts";

const tokenMark = ({ kind }: Token, span: Span | undefined, forces: boolean) =>
  Decoration.mark({
    class: [
      "vb-token",
      `vb-${kind}`,
      span?.missing ? "vb-missing" : "",
      forces ? "vb-value-forces" : "",
    ].join(" "),
    // A token reads from left to right, whatever stands around it.
    attributes: { dir: "ltr" },
    bidiIsolate: Direction.LTR,
    inclusive: false,
  });

const forcesMark = Decoration.mark({ class: "vb-forces" });

function tokenMarks(state: EditorState): DecorationSet {
  const { check, preview, forced } = state.field(analysisField);
  const spans = new Map(preview?.spans.map((span) => [span.body.utf16[0], span]));
  const byValue = new Set(
    forced.map(({ from }) => (from?.in === "value" ? from.span.body.utf16[0] : -1)),
  );
  const marks = (check?.tokens ?? []).map((token) => {
    const [from, to] = token.range.utf16;
    return tokenMark(token, spans.get(from), byValue.has(from)).range(from, to);
  });
  return Decoration.set(marks, true);
}

function forcedMarks(state: EditorState): DecorationSet {
  const marks: Range<Decoration>[] = [];
  for (const { from } of state.field(analysisField).forced) {
    if (from?.in === "body") marks.push(forcesMark.range(...from.at));
  }
  return Decoration.set(marks, true);
}

function boundaryMarks(state: EditorState): DecorationSet {
  const places = new Map<number, string[]>();
  for (const one of state.field(analysisField).boundaries) {
    const at = drawnAt(one);
    if (at !== null) places.set(at, [...(places.get(at) ?? []), String(one.segment)]);
  }
  const marks = [...places].map(([at, segments]) => {
    const label = segments.join(" ");
    // On the first character: an element of its own would be one more thing to type around.
    const attributes = { "data-segment": label, title: `segment ${label} begins here` };
    return Decoration.mark({ class: "vb-begins", attributes }).range(at, at + 1);
  });
  return Decoration.set(marks, true);
}

export function marks(): Extension {
  const tokens = EditorView.decorations.compute([analysisField], tokenMarks);
  return [
    tokens,
    EditorView.bidiIsolatedRanges.of((view) => tokenMarks(view.state)),
    EditorView.perLineTextDirection.of(true),
    EditorView.decorations.compute([analysisField], forcedMarks),
    EditorView.decorations.compute([analysisField], boundaryMarks),
  ];
}
