// The CodeMirror 6 extension: a body in any editor that is made of CodeMirror.
import { type EditorState, type Extension, Prec } from "@codemirror/state";
import type { Analysis, Campaign } from "../editing/analysis.ts";
import type { Names, Values } from "../types.ts";
import type { Verbatim } from "../verbatim.ts";
import { completion } from "./complete.ts";
import { segmentGutter } from "./gutter.ts";
import { hover } from "./hover.ts";
import { lint } from "./lint.ts";
import { marks } from "./marks.ts";
import { analysisField, judged } from "./state.ts";
import { theme } from "./theme.ts";

export interface VerbatimExtension {
  /** Sample values: with them the text is previewed and counted. */
  values?: Values;
  /** What exists, for completion and for findings about names; null where nobody knows. */
  names?: Names | null;
  /** What is completed of kinds that `names` does not list, beside what the values name. */
  suggestions?: Names;
  /** What the sender's campaign says of its messages: what differs is found. */
  campaign?: Campaign | null;
  /** Whether each line shows beside it the segments that it is part of. */
  gutter?: boolean;
  /** Whether a finding about all of the text underlines all of it; set to false beside a list. */
  whole?: boolean;
}

/** Chips, squiggles with fixes, completion, hover, and where each segment begins. */
export function verbatim(engine: Verbatim, options: VerbatimExtension = {}): Extension {
  const { values = {}, names = null, suggestions = {}, campaign = null } = options;
  const { gutter = true, whole = true } = options;
  return [
    judged({ engine, values, names, suggestions, campaign }),
    marks(),
    lint(whole),
    completion(),
    hover(),
    gutter ? segmentGutter() : [],
    Prec.low(theme),
  ];
}

/** What the module says of the text that the editor holds now. */
export function analysisOf(state: EditorState): Analysis {
  return state.field(analysisField);
}
