// Asks a host over HTTP: time-outs on everything, and again where no answer or a passing one came.
//
// A POST has one idempotency key for all its tries. The host stores the key with the message in one
// transaction, so a try that was done and whose answer was lost is answered, and not done, again.
import { Conversation, type ConversationOptions } from "./conversation.ts";
import { Refused, RequestError, Unanswered } from "./errors.ts";

/** How often a request is tried again, unless the call says otherwise. */
export const RETRY_COUNT = 3;
/** Milliseconds for a whole answer, of each try. */
export const TIMEOUT = 10_000;
/** Milliseconds before the second try; each later pause is twice as long, less up to half. */
const FIRST_PAUSE = 200;
/** The longest pause. Whoever is told to wait longer gets the refusal instead. */
const LONGEST_PAUSE = 20_000;

const TOO_MANY_REQUESTS = 429;
const SERVER_ERROR = 500;

export interface ClientOptions {
  /** Milliseconds for a whole answer, of each try. */
  timeout?: number;
  /** How often a request is tried again. */
  retryCount?: number;
}

export interface RequestOptions {
  body?: object;
  retryCount?: number | undefined;
}

/** A host, as whoever holds one of its API keys sees it. */
export class Client {
  readonly #base: string;
  readonly #apiKey: string;
  readonly #timeout: number;
  readonly #retryCount: number;

  /** `url` is where the host listens, e.g. `https://sms.example.com`. */
  constructor(url: string | URL, apiKey: string, options: ClientOptions = {}) {
    if (!/^https?:\/\/[^/]/.test(String(url)) || !URL.canParse(url)) {
      throw new TypeError(`expected the host's http or https address, found \`${url}\``);
    }
    this.#base = String(url).replace(/\/*$/, "/v1/");
    this.#apiKey = apiKey;
    this.#timeout = options.timeout ?? TIMEOUT;
    this.#retryCount = checked(options.retryCount ?? RETRY_COUNT);
  }

  /** The conversation of this id, be it new or not; nothing is asked yet. */
  conversation(id: string, options: ConversationOptions = {}): Conversation {
    return new Conversation(this, id, options);
  }

  /** Asks `/v1/…` for anything that the host's OpenAPI document names; gives its JSON. */
  async request<T>(
    method: string,
    path: readonly string[],
    options: RequestOptions = {},
  ): Promise<T> {
    const retries = checked(options.retryCount ?? this.#retryCount);
    const address = this.#base + path.map(segment).join("/");
    const body = options.body === undefined ? null : JSON.stringify(options.body);
    const headers = {
      authorization: `Bearer ${this.#apiKey}`,
      ...(body === null ? {} : { "content-type": "application/json" }),
      ...(method === "POST" ? { "idempotency-key": crypto.randomUUID() } : {}),
    };
    for (let tried = 0; ; tried += 1) {
      const outcome = await this.#ask(address, { method, headers, body });
      if (outcome.failure === null) return outcome.json as T;
      const backoff = Math.min(FIRST_PAUSE * 2 ** tried, LONGEST_PAUSE) * (1 - Math.random() / 2);
      const pause = Math.max(backoff, outcome.retryAfter);
      if (!outcome.mayPass || tried >= retries || pause > LONGEST_PAUSE) throw outcome.failure;
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }

  /** One try. */
  async #ask(address: string, init: RequestInit): Promise<Outcome> {
    let answer: Response;
    let text: string;
    try {
      const signal = AbortSignal.timeout(this.#timeout);
      answer = await fetch(address, { ...init, redirect: "manual", signal });
      text = await answer.text();
    } catch (cause) {
      const failure = new Unanswered(
        `expected an answer of ${new URL(address).host}, found none (${reason(cause)}); whether ` +
          "it was done is not known",
        { cause },
      );
      return { failure, mayPass: true, retryAfter: 0 };
    }
    const json = parse(text);
    if (answer.ok && json !== undefined) return { failure: null, json };
    const seconds = answer.headers.get("retry-after") ?? "";
    return {
      failure: failureOf(answer, json),
      mayPass: answer.status === TOO_MANY_REQUESTS || answer.status >= SERVER_ERROR,
      retryAfter: /^\d+$/.test(seconds) ? Number(seconds) * 1000 : 0,
    };
  }
}

/** What came of one try. */
type Outcome =
  | { failure: null; json: unknown }
  | { failure: RequestError; mayPass: boolean; retryAfter: number };

function failureOf(answer: Response, json: unknown): RequestError {
  const { status, url } = answer;
  if (answer.ok) {
    const kind = answer.headers.get("content-type") ?? "nothing";
    return new RequestError(`expected JSON of ${url}, found ${kind}; is that a Verbatim host?`);
  }
  if (typeof json === "object" && json !== null && "code" in json) return new Refused(status, json);
  if (status < SERVER_ERROR) return new Refused(status, {});
  return new Unanswered(
    `expected an answer of the host at ${new URL(url).host}, found ${status} of something before ` +
      "it; whether it was done is not known",
  );
}

/** Undefined where it is no JSON. */
function parse(text: string): unknown {
  try {
    return text === "" ? null : JSON.parse(text);
  } catch {
    return undefined;
  }
}

function checked(retryCount: number): number {
  if (Number.isInteger(retryCount) && retryCount >= 0) return retryCount;
  throw new RangeError(`expected \`retryCount\` of 0 or more, found ${retryCount}`);
}

function segment(text: string): string {
  // A dot alone would name another path.
  if (text === "" || text === "." || text === "..") {
    throw new TypeError(`expected a name or an id, found \`${text}\``);
  }
  return encodeURIComponent(text);
}

/** What fetch throws says why in its cause. */
function reason(cause: unknown): string {
  const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
  return inner instanceof Error ? inner.message || inner.name : String(inner);
}
