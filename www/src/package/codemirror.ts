// `verbatim-sms/codemirror`: the extension, for a page that has CodeMirror 6 already.
export { fixAtCursor } from "../codemirror/lint.ts";
export { setContext, setValue } from "../codemirror/state.ts";
export { analysisOf, type VerbatimExtension, verbatim } from "../codemirror/verbatim.ts";
export type { Analysis, Context, Forced } from "../editing/analysis.ts";
export type { Boundary } from "../editing/boundaries.ts";
