// The host's HTTP API, as the console and anyone else may use it. A refusal is an
// `application/problem+json` whose `detail` is one sentence for people: that sentence is the
// error's message here.
import type { Diagnostic, Environment, Segments, Values } from "./types.ts";

/** In the order in which a template travels. */
export const ENVIRONMENTS = ["sandbox", "pre_release", "live"] as const satisfies Environment[];

/** One sender per environment: a phone number, a Messaging Service SID, or none. */
export type Senders = { [environment in Environment]: string | null };

/** What a writer saves. */
export interface TemplateDraft {
  title: string;
  body: string;
  senders: Senders;
}

export interface Template extends TemplateDraft {
  id: string;
  version: number;
  /** The version that each environment sends; `sandbox` always the newest. */
  published: { [environment in Environment]?: number | null };
  created_at: string;
  updated_at: string;
}

export type MessageState =
  | "queued"
  | "dispatching"
  | "unknown"
  | "accepted"
  | "sent"
  | "delivered"
  | "undelivered"
  | "failed"
  | "canceled"
  | "suppressed";

/** States that no later event moves. */
export const FINAL_STATES: ReadonlySet<MessageState> = new Set([
  "delivered",
  "undelivered",
  "failed",
  "canceled",
  "suppressed",
]);

export interface Message {
  id: string;
  state: MessageState;
  reason: string | null;
  to: string;
  sender: string;
  environment: Environment;
  template: string | null;
  /** Empty once it was taken out, as are the segments. */
  text: string;
  segments: Segments;
  predicted_segments: number;
  redacted_at: string | null;
  /** SHA-256 of the module that rendered and counted it. */
  module: string;
  sid: string | null;
  /** What Twilio or the carrier said, and what to do about it. */
  error: { code: number | null; message: string; help: string | null } | null;
  created_at: string;
}

/** What a person wrote, on its way to a webhook. */
export interface Forward {
  id: string;
  state: "queued" | "sending" | "delivered" | "dead";
  webhook: string;
  tries: number;
  error: string | null;
  due_at: string | null;
  created_at: string;
  event: { type: string; data: { from: string; to: string; text: string } };
}

export interface SendRequest {
  to: string;
  template: string;
  values: Values;
  environment: Environment;
  language?: string;
  /** The module that previewed it; a host that sends with another refuses. */
  module: string;
}

export interface ModuleInfo {
  sha256: string;
  size: number;
  abi: number;
  version: string;
}

/** A number or a Messaging Service that this host may send from in one environment. */
export interface Sender {
  environment: Environment;
  sender: string;
}

/** One line of the phone in `verbatim dev`. */
export interface PhoneMessage {
  from: string;
  to: string;
  body: string;
  status: string | null;
  sid: string;
  at: string;
}

/** What goes wrong at the fake Twilio of `verbatim dev`; a probability is from 0 to 1. */
export interface Chaos {
  seed: number;
  latency_ms: { least: number; most: number };
  throttled: number;
  error_before: number;
  error_after: number;
  timeout_after: number;
  callback_dropped: number;
  callback_doubled: number;
  callback_reordered: number;
  undelivered: number;
  per_second: number;
  answers_keywords: boolean;
}

/** The host refused a request, or could not be reached (`status` 0). */
export class ApiError extends Error {
  override readonly name = "ApiError";
  constructor(
    readonly status: number,
    message: string,
    readonly diagnostics: Diagnostic[] = [],
  ) {
    super(message);
  }
}

const UNREACHABLE = "the host cannot be reached; is `verbatim dev` still running?";

async function request<T>(method: string, path: string, body?: object): Promise<T> {
  const init: RequestInit = { method, credentials: "same-origin" };
  if (body !== undefined) {
    init.headers = { "content-type": "application/json" };
    init.body = JSON.stringify(body);
  }
  let answer: Response;
  try {
    answer = await fetch(path, init);
  } catch {
    throw new ApiError(0, UNREACHABLE);
  }
  const text = await answer.text();
  const json = parse(text);
  if (!answer.ok) throw problem(answer.status, json);
  return json as T;
}

function parse(text: string): unknown {
  try {
    return text === "" ? null : JSON.parse(text);
  } catch {
    return null;
  }
}

function problem(status: number, json: unknown): ApiError {
  const { detail, title, diagnostics } = (json ?? {}) as {
    detail?: string;
    title?: string;
    diagnostics?: Diagnostic[];
  };
  const sentence = detail ?? title ?? `the host answered ${status} without saying why`;
  return new ApiError(status, sentence, diagnostics ?? []);
}

const at = (...parts: string[]) => `/v1/${parts.map(encodeURIComponent).join("/")}`;

/** One method per route. */
export const api = {
  signIn: (key: string) => request<unknown>("POST", at("session"), { api_key: key }),
  module: () => request<ModuleInfo>("GET", at("module")),
  senders: () => request<{ senders: Sender[] }>("GET", at("senders")).then((page) => page.senders),

  templates: () =>
    request<{ templates: Template[] }>("GET", at("templates")).then((page) => page.templates),
  template: (id: string) => request<Template>("GET", at("templates", id)),
  createTemplate: (draft: TemplateDraft) => request<Template>("POST", at("templates"), draft),
  saveTemplate: (id: string, draft: TemplateDraft) =>
    request<Template>("PUT", at("templates", id), draft),
  deleteTemplate: (id: string) => request<unknown>("DELETE", at("templates", id)),
  duplicateTemplate: (id: string, title: string) =>
    request<Template>("POST", at("templates", id, "duplicate"), { title }),
  publishTemplate: (id: string, environment: Environment) =>
    request<Template>("POST", at("templates", id, "publish"), { environment }),

  send: (message: SendRequest) => request<Message>("POST", at("messages"), message),
  message: (id: string) => request<Message>("GET", at("messages", id)),
  messages: (limit: number) =>
    request<{ messages: Message[] }>("GET", `${at("messages")}?limit=${limit}`).then(
      (page) => page.messages,
    ),

  forwards: (limit: number) =>
    request<{ forwards: Forward[] }>("GET", `${at("forwards")}?limit=${limit}`).then(
      (page) => page.forwards,
    ),
  resend: (id: string) => request<Forward>("POST", at("forwards", id, "resend"), {}),

  phone: (number: string) =>
    request<{ messages: PhoneMessage[] }>(
      "GET",
      `${at("dev", "phone")}?number=${encodeURIComponent(number)}`,
    ).then((page) => page.messages),
  chaos: () => request<Chaos>("GET", at("dev", "chaos")),
  setChaos: (chaos: Chaos) => request<Chaos>("PUT", at("dev", "chaos"), chaos),
  answer: (from: string, to: string, body: string) =>
    request<unknown>("POST", at("dev", "phone"), { from, to, body }),
};
