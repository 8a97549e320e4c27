// `verbatim-sms/monaco`: the adapter, for a page that has Monaco already.
export type { Analysis, Context, Forced } from "../editing/analysis.ts";
export type { Boundary } from "../editing/boundaries.ts";
export { LANGUAGE, type MonacoOptions, type VerbatimMonaco, verbatim } from "../monaco/verbatim.ts";
