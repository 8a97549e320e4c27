// The API over the module: fetch the bytes, hash them, and only then instantiate those very bytes.
// What is previewed here is therefore what a host with the same SHA-256 sends. A module whose hash
// is not the expected one never runs. This file knows no host: whoever calls `load` says where the
// module is and what its hash must be.
import type {
  Response as Answer,
  Check,
  CheckRequest,
  Classify,
  Describe,
  Preview,
  PreviewRequest,
  VerbatimError as Refusal,
  Render,
  RenderRequest,
  Segments,
} from "./types.ts";

/** Where a module comes from, and the SHA-256 it must have. */
export interface Source {
  /** The address of `verbatim.wasm`. */
  wasm: string;
  /** The address of its glue, or the glue itself. */
  glue: string | Glue;
  /** Lower-case hex; the module is refused when its bytes hash to anything else. */
  sha256: string;
}

/** What wasm-bindgen makes beside the module; one function per op, each `{ok}` or `{error}`. */
export interface Glue {
  default(options: { module_or_path: BufferSource }): Promise<unknown>;
  describe(): Answer<Describe>;
  segments(request: { text: string }): Answer<Segments>;
  check(request: CheckRequest): Answer<Check>;
  preview(request: PreviewRequest): Answer<Preview>;
  render(request: RenderRequest): Answer<Render>;
  classify(request: { text: string }): Answer<Classify>;
}

/** A loaded module. Every method is synchronous and throws a `VerbatimError` on a refusal. */
export interface Verbatim {
  /** Of the bytes that were instantiated, lower-case hex. */
  readonly sha256: string;
  readonly size: number;
  describe(): Describe;
  segments(text: string): Segments;
  check(request: CheckRequest): Check;
  preview(request: PreviewRequest): Preview;
  render(request: RenderRequest): Render;
  classify(text: string): Classify;
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

/**
 * Fetches, hashes, compares and instantiates, in that order.
 * The glue holds one instance, so a page loads one module.
 */
export async function load(source: Source): Promise<Verbatim> {
  const bytes = await fetchBytes(source.wasm);
  const sha256 = await hash(bytes);
  if (sha256 !== source.sha256) {
    throw new ModuleRefused(
      `expected the module ${source.sha256} that the host sends with, but ${source.wasm} is ` +
        `${sha256}; nothing was run: reload the page, or restart the host`,
    );
  }
  const glue: Glue = typeof source.glue === "string" ? await import(source.glue) : source.glue;
  try {
    await glue.default({ module_or_path: bytes });
  } catch (cause) {
    throw new ModuleRefused(
      `expected ${source.wasm} to be a WebAssembly module that runs here, but ${reason(cause)}`,
      { cause },
    );
  }
  return over(glue, sha256, bytes.byteLength);
}

async function fetchBytes(address: string): Promise<ArrayBuffer> {
  // Never from the cache: the host may have been replaced by a newer one since.
  const answer = await fetch(address, { cache: "no-cache" }).catch((cause) => {
    throw new ModuleRefused(`expected the module at ${address}, but the host cannot be reached`, {
      cause,
    });
  });
  if (!answer.ok) {
    throw new ModuleRefused(
      `expected the module at ${address}, but the host answered ${answer.status}`,
    );
  }
  return answer.arrayBuffer();
}

async function hash(bytes: ArrayBuffer): Promise<string> {
  // Browsers give `crypto.subtle` to HTTPS and to loopback addresses only.
  if (globalThis.crypto?.subtle === undefined) {
    throw new ModuleRefused(
      "expected a secure address (https, or this machine's own) to hash the module, but this " +
        "page came over plain http; nothing was run",
    );
  }
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function over(glue: Glue, sha256: string, size: number): Verbatim {
  return {
    sha256,
    size,
    describe: () => unwrap(glue.describe()),
    segments: (text) => unwrap(glue.segments({ text })),
    check: (request) => unwrap(glue.check(request)),
    preview: (request) => unwrap(glue.preview(request)),
    render: (request) => unwrap(glue.render(request)),
    classify: (text) => unwrap(glue.classify({ text })),
  };
}

function unwrap<T>(response: Answer<T>): T {
  if ("error" in response) {
    const { code, message, detail } = response.error;
    throw new VerbatimError(code, message, detail);
  }
  return response.ok;
}

function reason(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
