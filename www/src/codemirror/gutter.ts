// Beside each line, the segments that it is part of; empty while there is but one.
import { type EditorState, type Extension, RangeSetBuilder } from "@codemirror/state";
import { GutterMarker, gutter } from "@codemirror/view";
import { lineSegments } from "../editing/lines.ts";
import { drawnField, textOf } from "./state.ts";

class Segments extends GutterMarker {
  constructor(readonly label: string) {
    super();
  }

  override eq(other: Segments): boolean {
    return other.label === this.label;
  }

  override toDOM(): Text {
    return document.createTextNode(this.label);
  }
}

function markers(state: EditorState) {
  const built = new RangeSetBuilder<GutterMarker>();
  const labels = lineSegments(textOf(state), state.field(drawnField).boundaries);
  for (const [index, label] of labels.entries()) {
    const { from } = state.doc.line(index + 1);
    built.add(from, from, new Segments(label));
  }
  return built.finish();
}

export function segmentGutter(): Extension {
  return gutter({
    class: "vb-gutter",
    markers: ({ state }) => markers(state),
    lineMarkerChange: ({ startState, state }) =>
      startState.field(drawnField) !== state.field(drawnField),
  });
}
