/** What every op gives. */
export type Response<T> = { ok: T } | { error: VerbatimError };

export interface VerbatimError {
  /** The stable code, e.g. `V020`. */
  code: string;
  /** What was expected, what was found, what to do. */
  message: string;
  detail:
    | { missing: TokenName[] }
    | { diagnostics: Diagnostic[]; diagnostics_total: number }
    | null;
}

export type Kind = "variant" | "entity" | "variable" | "translation";
export type Severity = "error" | "warning" | "info";
export type Policy = "standard" | "graphemes";
export type Missing = "refuse" | "blank" | "keep";
export type Encoding = "GSM-7" | "UCS-2";
export type Environment = "live" | "pre_release" | "sandbox";
export type Keyword = "STOP" | "START" | "HELP";

/** A half-open range of the text that was given. */
export interface Range {
  /** In bytes of UTF-8. */
  bytes: [from: number, to: number];
  /** In UTF-16 code units: what JavaScript strings count in. */
  utf16: [from: number, to: number];
}

export type Values = { [kind in Kind]?: Record<string, string> | null };
export type Names = { [kind in Kind | "template" | "handoff"]?: string[] | null };
export type ByKeyword<T> = { [keyword in Keyword]?: T | null };

export interface Rules {
  sets?: ("twilio" | "fcc" | "french" | "spanish")[] | null;
  words?: ByKeyword<string[]> | null;
  patterns?: ByKeyword<string[]> | null;
  yes_only_when_opted_out?: boolean | null;
  replies?: ByKeyword<string> | null;
}

export interface TokenName {
  kind: Kind;
  name: string;
}

export interface Describe {
  abi: number;
  version: string;
  ops: string[];
  limits: { title_chars: number; body_chars: number; message_chars: number };
  keywords: Record<Keyword, string[]>;
  replies: Record<Keyword, string>;
  diagnostics: { code: string; severity: Severity; meaning: string }[];
}

export interface SegmentsRequest {
  text: string;
  policy?: Policy | null;
}

export interface Segments {
  encoding: Encoding;
  /** Septets in GSM-7, UTF-16 code units in UCS-2. */
  units: number;
  segments: number;
  /** The units of each segment. */
  segment_units: number[];
  /** Units that the last segment still holds. */
  remaining: number;
  /** The characters that force UCS-2; at most 200. */
  forcing: { char: string; range: Range; replacement: string | null }[];
  forcing_total: number;
}

export interface CheckRequest {
  title?: string | null;
  body: string;
  names?: Names | null;
  /** What the tokens may hold, for exact bounds. */
  domains?: Domains | null;
  policy?: Policy | null;
  senders?: { [environment in Environment]?: string | null } | null;
  /** What the sender's campaign says of its messages. */
  campaign?: {
    links?: boolean | null;
    phone_numbers?: boolean | null;
    /** Remind of the disclosure of STOP and HELP. */
    disclosure?: boolean | null;
  } | null;
  /** Codes that are not to be reported; errors are, all the same. */
  silence?: string[] | null;
}

export interface Edit {
  range: Range;
  text: string;
}

export interface Fix {
  label: string;
  edits: Edit[];
}

export interface Diagnostic {
  code: string;
  severity: Severity;
  /** The text that `range` is a range of. */
  part: "title" | "body" | `senders.${Environment}`;
  message: string;
  range: Range;
  fixes: Fix[];
}

export interface Check {
  /** At most 200. */
  diagnostics: Diagnostic[];
  diagnostics_total: number;
  /** At most 200. */
  tokens: (TokenName & { range: Range })[];
  tokens_total: number;
  /** Null without domains, or if a token has none. */
  bounds: Bounds | null;
}

/** What a prompt names. */
export type Target = Kind | "template" | "handoff";

export interface CheckPromptRequest {
  prompt: string;
  names: Names;
}

export interface CheckPrompt {
  /** At most 200. */
  diagnostics: Diagnostic[];
  diagnostics_total: number;
  /** References and tokens, in order; at most 200. */
  tokens: { kind: Target; name: string; range: Range }[];
  tokens_total: number;
}

export type Domain =
  | { values: string[] }
  | { max_chars: number; alphabet: "gsm" | "digits" | "any" }
  | { min: number; max: number };

export interface Domains {
  entity?: Record<string, Domain> | null;
  variable?: Record<string, Domain> | null;
  translation?: Record<string, Domain> | null;
  /** The variants: each fixes all its attributes at once. */
  rows?: { variant: string; values: Record<string, string> }[] | null;
}

export interface Bounds {
  /** Whether both are reached; otherwise they bound from outside. */
  exact: boolean;
  min: Extreme | null;
  max: Extreme | null;
}

export interface Extreme {
  segments: number;
  encoding: Encoding;
  /** The variant of the witness. */
  variant: string | null;
  /** Values that reach it. */
  witness: Values | null;
}

export interface PreviewRequest {
  body: string;
  values: Values;
  policy?: Policy | null;
}

export interface Preview {
  text: string;
  /** Where each token stands in the body and in the text; at most 200. */
  spans: (TokenName & { body: Range; text: Range; missing: boolean })[];
  spans_total: number;
  /** Each token without a value once; at most 200. */
  missing: TokenName[];
  missing_total: number;
  segments: Segments;
}

export interface RenderRequest {
  body: string;
  values: Values;
  missing?: Missing | null;
}

export interface Render {
  text: string;
  segments: Segments;
}

export interface CompleteRequest {
  /** What is being written, unless it is a prompt. */
  body?: string | null;
  /** An action's prompt, in the place of a body. */
  prompt?: string | null;
  /** Where the writer is, in UTF-16 code units. */
  at: number;
  names: Names;
}

export interface Complete {
  /** At most 200. */
  items: { label: string; insert: string; range: Range; detail: Target }[];
  items_total: number;
}

export interface ClassifyRequest {
  text: string;
  rules?: Rules | null;
}

export interface Step {
  step: "trimmed" | "dropped" | "matched";
  before: string;
  after: string;
}

export interface Classify {
  keyword: Keyword | null;
  /** The variant that matched. */
  matched: string | null;
  reply: string | null;
  trace: Step[];
}

export interface SendRequest {
  to: string;
  sender: string | null;
  environment: Environment;
  /** Literal text; or `templates` and `template`. */
  content?: string | null;
  templates?: { title: string; body: string }[] | null;
  template?: string | null;
  language?: string | null;
  default_language?: string | null;
  values?: Values | null;
  missing?: Missing | null;
}

export interface Send {
  state: "proposed" | "suppressed";
  template: string | null;
  text: string;
  segments: Segments;
}

export interface ReceiveRequest {
  from: string;
  to: string;
  text: string;
  messaging_service_sid?: string | null;
  opt_out_type?: Keyword | null;
  rules?: Rules | null;
  replies: "verbatim" | "twilio";
}

export interface Receive {
  disposition: "intercepted" | "dropped" | "forward";
  keyword: Keyword | null;
  reply: string | null;
  trace: Step[];
}
