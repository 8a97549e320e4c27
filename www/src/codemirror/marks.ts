// Draws the verdict into the text: tokens as chips that stay text, characters that force UCS-2,
// and a mark where each segment begins.
import { type EditorState, type Extension, type Range, RangeSet } from "@codemirror/state";
import {
  Decoration,
  type DecorationSet,
  Direction,
  EditorView,
  WidgetType,
} from "@codemirror/view";
import { drawnAt } from "../editing/lines.ts";
import type { Span, Token } from "../types.ts";
import { analysisField } from "./state.ts";

/** The beginning of a segment, as a number on a thin line. */
class Begins extends WidgetType {
  constructor(readonly label: string) {
    super();
  }

  override eq(other: Begins): boolean {
    return other.label === this.label;
  }

  override toDOM(): HTMLElement {
    const mark = document.createElement("span");
    mark.className = "vb-begins";
    mark.title = `segment ${this.label} begins here`;
    // A screen reader is told the count, not each mark within the words.
    mark.setAttribute("aria-hidden", "true");
    mark.textContent = this.label;
    return mark;
  }
}

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
  const marks = [...places].map(([at, segments]) =>
    Decoration.widget({ widget: new Begins(segments.join(" ")), side: -1 }).range(at),
  );
  return RangeSet.of(marks, true);
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
