// The API over one loaded module: synchronous calls, plain objects in and out. What loads a module
// stands beside it: `load-from-host.ts` for the console, `package/` for other people's products.
import { type Plain, plain } from "./request.ts";
import type {
  Response as Answer,
  Check,
  CheckPrompt,
  CheckPromptRequest,
  CheckRequest,
  Classify,
  ClassifyRequest,
  Complete,
  CompleteRequest,
  Describe,
  ModuleHost,
  Preview,
  PreviewRequest,
  Receive,
  ReceiveRequest,
  VerbatimError as Refusal,
  Render,
  RenderRequest,
  Segments,
  SegmentsRequest,
  Send,
  SendRequest,
} from "./types.ts";

/** What wasm-bindgen makes beside the module; one function per op, each `{ok}` or `{error}`. */
export interface Glue {
  setHost(host: ModuleHost | null): void;
  segmentCount(text: string): number;
  describe(): Answer<Describe>;
  segments(request: SegmentsRequest): Answer<Segments>;
  check(request: CheckRequest): Answer<Check>;
  checkPrompt(request: CheckPromptRequest): Answer<CheckPrompt>;
  preview(request: PreviewRequest): Answer<Preview>;
  render(request: RenderRequest): Answer<Render>;
  complete(request: CompleteRequest): Answer<Complete>;
  classify(request: ClassifyRequest): Answer<Classify>;
  send(request: SendRequest): Answer<Send>;
  receive(request: ReceiveRequest): Answer<Receive>;
}

/** A loaded module. Each method throws a `VerbatimError` where the module refuses. */
export interface Verbatim {
  /** Of the bytes that were compiled, lower-case hex; null for a `WebAssembly.Module`. */
  readonly sha256: string | null;
  /** In bytes; null for a `WebAssembly.Module`. */
  readonly size: number | null;
  /** Version, ops, limits, keywords, replies and every diagnostic. */
  describe(): Describe;
  /** What a text costs. */
  segments(text: string, options?: Omit<SegmentsRequest, "text">): Segments;
  /** How many segments a text takes, and nothing else: the fast way. */
  segmentCount(text: string): number;
  /** What can be said of a template before a value is known. */
  check(request: CheckRequest): Check;
  /** What can be said of an action's prompt. */
  checkPrompt(request: CheckPromptRequest): CheckPrompt;
  /** A text as it reads with the values at hand. */
  preview(request: PreviewRequest): Preview;
  /** A text as it would be sent. */
  render(request: RenderRequest): Render;
  /** What may stand where the writer is typing a token. */
  complete(request: CompleteRequest): Complete;
  /** What a reply means, step by step. */
  classify(text: string, options?: Omit<ClassifyRequest, "text">): Classify;
  /** Decides on a message, through the `host` that the module was loaded with. */
  send(request: SendRequest): Send;
  /** Decides on a received message, through the `host` that the module was loaded with. */
  receive(request: ReceiveRequest): Receive;
}

/** The module answered a request with an error. */
export class VerbatimError extends Error {
  constructor(
    readonly code: string,
    message: string,
    /** More, for programs: what is missing, or the diagnostics of the body. */
    readonly detail: Refusal["detail"],
  ) {
    super(message);
    this.name = "VerbatimError";
  }
}

/** The module was not run: it could not be had, or is not the one that was expected. */
export class ModuleRefused extends Error {
  override readonly name = "ModuleRefused";
}

/** The module stopped in the middle of a call, and that instance is never asked again. */
export class ModuleTrapped extends Error {
  override readonly name = "ModuleTrapped";
}

/** Where the instance comes from that answers the next call. */
export interface Instances {
  /** Throws when there is none at the moment. */
  current(): Glue;
  /** The current one trapped: the next call must have another. */
  lost(): void;
}

/** The API over these instances. */
export function over(
  instances: Instances,
  about: Pick<Verbatim, "sha256" | "size">,
): Verbatim & typeof about {
  const run = <T>(op: string, call: (glue: Glue) => T): T => {
    const glue = instances.current();
    try {
      return call(glue);
    } catch (cause) {
      // The glue answers errors; what it throws has left the instance half way.
      instances.lost();
      throw new ModuleTrapped(
        `expected an answer to \`${op}\`, but the module stopped: ${reason(cause)}; ` +
          "the next call has a fresh instance",
        { cause },
      );
    }
  };
  const ask = <Request extends object, T>(
    op: string,
    request: Request,
    call: (glue: Glue, request: Plain<Request>) => Answer<T>,
  ): T => {
    const asked = plain(op, request);
    return unwrap(run(op, (glue) => call(glue, asked)));
  };
  return {
    ...about,
    describe: () => ask("describe", {}, (glue) => glue.describe()),
    segments: (text, options) =>
      ask("segments", { ...options, text }, (glue, asked) => glue.segments(asked)),
    segmentCount: (text) =>
      run("segmentCount", (glue) => glue.segmentCount(plain("segmentCount", { text }).text)),
    check: (request) => ask("check", request, (glue, asked) => glue.check(asked)),
    checkPrompt: (request) => ask("checkPrompt", request, (glue, asked) => glue.checkPrompt(asked)),
    preview: (request) => ask("preview", request, (glue, asked) => glue.preview(asked)),
    render: (request) => ask("render", request, (glue, asked) => glue.render(asked)),
    complete: (request) => ask("complete", request, (glue, asked) => glue.complete(asked)),
    classify: (text, options) =>
      ask("classify", { ...options, text }, (glue, asked) => glue.classify(asked)),
    send: (request) => ask("send", request, (glue, asked) => glue.send(asked)),
    receive: (request) => ask("receive", request, (glue, asked) => glue.receive(asked)),
  };
}

function unwrap<T>(response: Answer<T>): T {
  if ("error" in response) {
    const { code, message, detail } = response.error;
    throw new VerbatimError(code, message, detail);
  }
  return response.ok;
}

/** What went wrong, in its own words. */
export function reason(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
