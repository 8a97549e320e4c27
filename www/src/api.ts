// The host's HTTP API, as the console and anyone else may use it. A refusal is an
// `application/problem+json` whose `detail` is one sentence for people: that sentence is the
// error's message here.
import type { Diagnostic, Environment, Keyword, Segments, Values } from "./types.ts";

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

/** A save of a template, as it was. */
export interface Version {
  version: number;
  title: string;
  body: string;
  created_at: string;
}

/** In the order in which a message may go through them. */
export const MESSAGE_STATES = [
  "queued",
  "dispatching",
  "unknown",
  "accepted",
  "sent",
  "delivered",
  "undelivered",
  "failed",
  "canceled",
  "suppressed",
] as const;

export type MessageState = (typeof MESSAGE_STATES)[number];

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
  template_version: number | null;
  language: string | null;
  conversation_id: string | null;
  /** Empty once it was taken out, as are the segments. */
  text: string;
  segments: Segments;
  predicted_segments: number;
  /** Twilio's count, once it has counted. */
  billed_segments: number | null;
  /** Whether Twilio counted otherwise. */
  miscounted: boolean;
  /** A decimal number as Twilio writes it, negative for what it costs. */
  price: string | null;
  price_unit: string | null;
  /** The message that it was made of, because that one was not delivered. */
  resend_of: string | null;
  /** In the answer to a send: why carriers may block it, though it was accepted. */
  warning?: string;
  redacted_at: string | null;
  /** SHA-256 of the module that rendered and counted it. */
  module: string;
  sid: string | null;
  /** What Twilio or the carrier said, and what to do about it. */
  error: { code: number | null; message: string; help: string | null } | null;
  created_at: string;
  updated_at: string;
}

/** A message with all that is known of it. */
export interface Story extends Message {
  attempts: Attempt[];
  /** What it was rendered with; null once it was taken out. */
  values: Values | null;
  /** What Twilio has reported, in the order in which it came. */
  reports: { status: string; error_code: number | null; received_at: string }[];
}

/** One try to hand a message to Twilio. */
export interface Attempt {
  id: string;
  /** From 1. */
  number: number;
  state: "dispatching" | "accepted" | "refused" | "unknown" | "returned";
  sid: string | null;
  error_code: number | null;
  error_message: string | null;
  began_at: string;
  ended_at: string | null;
}

/** Which messages a list shows: all that fit each of these. */
export interface MessageFilter {
  state?: MessageState;
  environment?: Environment;
  template?: string;
  sender?: string;
  to?: string;
  miscounted?: true;
}

/** One page of a list that is longer than a page. */
export interface Paged<T, Place = string> {
  items: T[];
  /** Where the next page begins; null at the end. */
  next: Place | null;
}

/** How many messages, how they stand, and what they take. */
export interface Count {
  messages: number;
  /** A state without a message is left out. */
  states: { [state in MessageState]?: number };
  predicted_segments: number;
  /** As far as Twilio has counted. */
  billed_segments: number;
  /** What was predicted of those that Twilio has counted. */
  predicted_of_billed: number;
}

/** What became of the messages of some hours. */
export interface Stats {
  since: string;
  until: string;
  span_seconds: number;
  /** Whether all were counted, or only the newest 10,000. */
  complete: boolean;
  total: Count;
  /** The spans in which there was one, the oldest first. */
  over_time: ({ at: string } & Count)[];
  /** Null for free-form text. */
  by_template: ({ template: string | null } & Count)[];
  by_sender: ({ sender: string } & Count)[];
  by_error: { code: number; message: string | null; help: string | null; messages: number }[];
}

export const FORWARD_STATES = ["queued", "sending", "delivered", "dead"] as const;

/** What a person wrote, on its way to a webhook. */
export interface Forward {
  id: string;
  state: (typeof FORWARD_STATES)[number];
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
  /** Whether the host is `verbatim dev`: its Twilio is a fake, and has a phone. */
  development: boolean;
}

/** A number or a Messaging Service that this host may send from in one environment. */
export interface Sender {
  environment: Environment;
  sender: string;
  /** Who answers STOP, START and HELP. */
  replies: "verbatim" | "twilio";
  /** What becomes of a message of which nobody can tell whether Twilio took it. */
  on_unknown: "hold" | "resend";
  /** Whether a new message is made of one that was not delivered. */
  resend_undelivered: boolean;
  /** Null: as fast as it goes. */
  segments_per_minute: number | null;
}

/** What is set for a sender; what is left out stays as it was. */
export interface SenderSetting {
  environment: Environment;
  sender: string;
  replies?: Sender["replies"];
  on_unknown?: Sender["on_unknown"];
  resend_undelivered?: boolean;
  /** 0: as fast as it goes. */
  segments_per_minute?: number;
  /** The numbers of a Messaging Service. */
  numbers?: string[];
}

/** So many messages in so many seconds. */
export interface Quota {
  messages: number;
  seconds: number;
}

/** How much one person gets, and all together. Null: no limit. */
export interface Manners {
  per_recipient: Quota | null;
  same_text: { seconds: number } | null;
  per_project: Quota | null;
}

/** What counts as a keyword beside the table, and what is answered. */
export interface Keywords {
  sets: ("twilio" | "fcc" | "french" | "spanish")[];
  words: Record<Keyword, string[]>;
  patterns: Record<Keyword, string[]>;
  yes_only_when_opted_out: boolean;
  /** Null: the table's. */
  replies: Record<Keyword, string | null>;
}

/** How a person and a sender stand. */
export interface PairConsent {
  recipient: string;
  sender: string;
  opted_out: boolean;
  /** When it was said last; null if it never was. */
  since: string | null;
}

export interface OptOut {
  recipient: string;
  sender: string;
  since: string | null;
}

/** One line of the consent ledger. */
export interface LedgerLine {
  id: string;
  recipient: string;
  sender: string;
  /** `consent` notes what was said, and changes neither. */
  action: "opt_out" | "opt_in" | "consent";
  source: "inbound" | "twilio_refusal" | "operator" | "import" | "action";
  reason: string | null;
  keyword: string | null;
  matched: string | null;
  raw_text: string | null;
  message_sid: string | null;
  happened_at: string;
  recorded_at: string;
}

/** What an import has done. */
export interface Imported {
  added: number;
  unchanged: number;
}

/** The Twilio account; its token never comes out. */
export interface Account {
  account_sid: string;
  auth_token: string;
  source: "environment" | "database";
  friendly_name: string | null;
  verified_at: string | null;
}

/** What the account has at Twilio. */
export interface Directory {
  numbers: { number: string; name: string; sms: boolean; registration: Registered }[];
  services: { sid: string; name: string; numbers: string[]; registration: Registered }[];
}

/** What is to be thought of a sender to US and Canadian phones; `failed` and `missing` are blocked. */
export type Standing = "not_needed" | "registered" | "pending" | "failed" | "missing" | "unknown";

/** How a sender is registered for US and Canadian long codes (A2P 10DLC). */
export interface Registered {
  standing: Standing;
  /** The Messaging Service by whose campaign it is judged. */
  service: string | null;
  campaign: {
    /** In Twilio's words, and that of its brand. */
    status: string;
    brand: string | null;
    links: boolean | null;
    phone_numbers: boolean | null;
    samples: string[];
  } | null;
}

/** The same of a sender in use, as Twilio last said. */
export interface Registration extends Registered {
  sender: string;
  /** What was found, in words. */
  found: string;
  /** What is still to be done, and where. */
  to_do: string | null;
  checked_at: string | null;
}

export interface Registrations {
  /** What becomes of a live message that carriers would block. */
  on_unregistered: "refuse" | "warn";
  /** Why Twilio did not say when it was last asked. */
  problem: string | null;
  registrations: Registration[];
}

/** Where what people write is posted to. */
export interface Webhook {
  /** A number, a Messaging Service, or `default`. */
  sender: string;
  url: string;
  keywords: boolean;
  /** What signs it, in the answer that made it only. */
  secret?: string;
  previous_secret_until: string | null;
  created_at: string;
  updated_at: string;
}

/** One line of the phone in `verbatim dev`. */
export interface PhoneMessage {
  from: string;
  to: string;
  body: string;
  status: string | null;
  sid: string;
  at: string;
  /** Of what the person wrote: what the host made of it, and the event that a webhook gets. */
  became?: {
    disposition: "intercepted" | "dropped" | "forward";
    event: object | null;
  } | null;
}

/** A person and a number that write to each other in `verbatim dev`. */
export interface PhoneConversation {
  number: string;
  sender: string;
  last: PhoneMessage;
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
  per_second_of_account: number;
  answers_keywords: boolean;
  /** How the campaign of each Messaging Service stands. */
  campaign: "VERIFIED" | "IN_PROGRESS" | "FAILED" | "NONE";
  campaign_without_links: boolean;
  campaign_without_phone_numbers: boolean;
}

/** The host refused a request, or could not be reached (`status` 0). */
export class ApiError extends Error {
  override readonly name = "ApiError";
  constructor(
    readonly status: number,
    message: string,
    readonly diagnostics: Diagnostic[] = [],
    /** What is wrong in the files of an import. */
    readonly problems: unknown[] = [],
  ) {
    super(message);
  }
}

const UNREACHABLE = "the host cannot be reached; is `verbatim dev` still running?";

function request<T>(method: string, path: string, body?: object): Promise<T> {
  if (body === undefined) return ask<T>(path, { method });
  return ask<T>(path, { method, ...content("application/json", JSON.stringify(body)) });
}

export const content = (kind: string, body: string) => ({
  headers: { "content-type": kind },
  body,
});

export async function ask<T>(path: string, init: RequestInit): Promise<T> {
  let answer: Response;
  try {
    answer = await fetch(path, { ...init, credentials: "same-origin" });
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
  const { detail, title, diagnostics, problems } = (json ?? {}) as {
    detail?: string;
    title?: string;
    diagnostics?: Diagnostic[];
    problems?: unknown[];
  };
  const sentence = detail ?? title ?? `the host answered ${status} without saying why`;
  return new ApiError(status, sentence, diagnostics ?? [], problems ?? []);
}

export const at = (...parts: string[]) => `/v1/${parts.map(encodeURIComponent).join("/")}`;

/** The path with what is known of these as its query. */
function asking(path: string, query: object): string {
  const known = Object.entries(query).filter(([, value]) => value !== undefined && value !== null);
  const text = new URLSearchParams(known.map(([name, value]) => [name, String(value)])).toString();
  return text === "" ? path : `${path}?${text}`;
}

/** Where the host tells what moves, by server-sent events. */
export const EVENTS = at("events");

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
  /** The newest version, unless another is given. */
  publishTemplate: (id: string, environment: Environment, version?: number) =>
    request<Template>("POST", at("templates", id, "publish"), { environment, version }),
  versions: (id: string, before: number | null = null) =>
    request<{ versions: Version[]; next: number | null }>(
      "GET",
      asking(at("templates", id, "versions"), { before }),
    ).then(({ versions, next }): Paged<Version, number> => ({ items: versions, next })),

  send: (message: SendRequest) => request<Message>("POST", at("messages"), message),
  message: (id: string) => request<Story>("GET", at("messages", id)),
  messages: (filter: MessageFilter, limit: number, before: string | null = null) =>
    request<{ messages: Message[]; next: string | null }>(
      "GET",
      asking(at("messages"), { ...filter, limit, before }),
    ).then(({ messages, next }): Paged<Message> => ({ items: messages, next })),
  /** Of the filter, where messages come from counts, and not what became of them. */
  stats: (hours: number, { environment, template, sender }: MessageFilter) =>
    request<Stats>("GET", asking(at("stats"), { hours, environment, template, sender })),
  cancel: (id: string) => request<Message>("POST", at("messages", id, "cancel")),

  registerSender: (setting: SenderSetting) => request<Sender>("POST", at("senders"), setting),
  removeSender: ({ environment, sender }: Sender) =>
    request<unknown>("DELETE", at("senders", environment, sender)),

  optOuts: (limit: number, after: string | null = null) =>
    request<{ opt_outs: OptOut[]; next: string | null }>(
      "GET",
      asking(at("opt-outs"), { limit, after }),
    ).then(({ opt_outs, next }): Paged<OptOut> => ({ items: opt_outs, next })),
  pair: (recipient: string, sender: string) =>
    request<PairConsent>("GET", at("opt-outs", recipient, sender)),
  registrations: () => request<Registrations>("GET", at("registrations")),
  registration: (sender: string) => request<Registration>("GET", at("registrations", sender)),
  lookAtRegistrations: () => request<Registrations>("POST", at("registrations", "look")),
  setOnUnregistered: (on_unregistered: Registrations["on_unregistered"]) =>
    request<Registrations>("PUT", at("registrations"), { on_unregistered }),
  keywords: () => request<Keywords>("GET", at("keywords")),
  setKeywords: (keywords: Keywords) => request<Keywords>("PUT", at("keywords"), keywords),
  manners: () => request<Manners>("GET", at("manners")),
  setManners: (manners: Manners) => request<Manners>("PUT", at("manners"), manners),
  addOptOut: (optOut: { recipient: string; sender: string; reason: string }) =>
    request<PairConsent>("POST", at("opt-outs"), optOut),
  importOptOuts: (csv: string) =>
    ask<Imported>(at("opt-outs", "import"), { method: "POST", ...content("text/csv", csv) }),
  ledger: (recipient: string, limit: number, before: string | null = null) =>
    request<{ lines: LedgerLine[]; next: string | null }>(
      "GET",
      asking(at("consent"), { recipient, limit, before }),
    ).then(({ lines, next }): Paged<LedgerLine> => ({ items: lines, next })),

  account: () => request<Account>("GET", at("account")),
  connect: (account_sid: string, auth_token: string) =>
    request<Account>("PUT", at("account"), { account_sid, auth_token }),
  disconnect: () => request<unknown>("DELETE", at("account")),
  directory: () => request<Directory>("GET", at("account", "senders")),

  webhooks: () =>
    request<{ webhooks: Webhook[] }>("GET", at("webhooks")).then((page) => page.webhooks),
  setWebhook: (sender: string, setting: { url: string; keywords: boolean }) =>
    request<Webhook>("PUT", at("webhooks", sender), setting),
  removeWebhook: (sender: string) => request<unknown>("DELETE", at("webhooks", sender)),
  forwards: (state: Forward["state"] | null, limit: number, before: string | null = null) =>
    request<{ forwards: Forward[]; next: string | null }>(
      "GET",
      asking(at("forwards"), { state, limit, before }),
    ).then(({ forwards, next }): Paged<Forward> => ({ items: forwards, next })),
  resend: (id: string) => request<Forward>("POST", at("forwards", id, "resend"), {}),

  phone: (number: string) =>
    request<{ messages: PhoneMessage[] }>(
      "GET",
      `${at("dev", "phone")}?number=${encodeURIComponent(number)}`,
    ).then((page) => page.messages),
  phones: () =>
    request<{ conversations: PhoneConversation[] }>("GET", at("dev", "phone")).then(
      ({ conversations }) => conversations,
    ),
  chaos: () => request<Chaos>("GET", at("dev", "chaos")),
  setChaos: (chaos: Chaos) => request<Chaos>("PUT", at("dev", "chaos"), chaos),
  answer: (from: string, to: string, body: string) =>
    request<unknown>("POST", at("dev", "phone"), { from, to, body }),
};
