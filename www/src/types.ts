// The shapes of the module's ABI v1 as the JavaScript face gives them: plain objects, fields
// without a value `null`. Positions are half-open ranges; every editor counts UTF-16 code units.

/** Half-open positions in the text that was given, in bytes of UTF-8 and in UTF-16 code units. */
export interface Range {
  bytes: [number, number];
  utf16: [number, number];
}

export type TokenKind = "variant" | "entity" | "variable" | "translation";

/** What the tokens stand for; an empty string is a value, an absent name is a missing one. */
export type Values = { [kind in TokenKind]?: Record<string, string> };

export interface Token {
  kind: TokenKind;
  name: string;
  range: Range;
}

/** A character that forces UCS-2, and what to write in its place, if anything will do. */
export interface Forcing {
  char: string;
  range: Range;
  replacement: string | null;
}

/** `units` are septets in GSM-7 and UTF-16 code units in UCS-2. */
export interface Segments {
  encoding: "GSM-7" | "UCS-2";
  units: number;
  segments: number;
  segment_units: number[];
  remaining: number;
  forcing: Forcing[];
  forcing_total: number;
}

export interface Edit {
  range: Range;
  text: string;
}

export interface Fix {
  label: string;
  edits: Edit[];
}

export type Severity = "error" | "warning" | "info";

export interface Diagnostic {
  code: string;
  severity: Severity;
  /** The text that `range` and the fixes are places in. */
  part: "title" | "body";
  message: string;
  range: Range;
  fixes: Fix[];
}

export interface CheckRequest {
  title?: string;
  body: string;
}

export interface Check {
  diagnostics: Diagnostic[];
  diagnostics_total: number;
  tokens: Token[];
  tokens_total: number;
}

export interface PreviewRequest {
  body: string;
  values: Values;
}

/** Where one token stands in the body, and where what it became stands in the text. */
export interface Span {
  kind: TokenKind;
  name: string;
  /** It has no value, so the text holds the token itself. */
  missing: boolean;
  body: Range;
  text: Range;
}

export interface Missing {
  kind: TokenKind;
  name: string;
}

export interface Preview {
  text: string;
  spans: Span[];
  spans_total: number;
  /** Each once. */
  missing: Missing[];
  missing_total: number;
  segments: Segments;
}

export interface RenderRequest extends PreviewRequest {
  missing?: "refuse" | "blank" | "keep";
}

export interface Rendered {
  text: string;
  segments: Segments;
}

export type Keyword = "STOP" | "START" | "HELP";

export interface Classification {
  keyword: Keyword | null;
  matched: string | null;
  reply: string | null;
  trace: { step: string; before: string; after: string }[];
}

export interface Description {
  abi: number;
  version: string;
  ops: string[];
  limits: { title_chars: number; body_chars: number; message_chars: number };
}
