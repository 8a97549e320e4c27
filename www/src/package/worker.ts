// `verbatim-sms/worker`: the same calls, answered by a Web Worker, so that exact bounds over many
// values never hold up the page. Each gives a promise; all else is as in `verbatim-sms`.
import { ModuleRefused, ModuleTrapped, type Verbatim, VerbatimError } from "../verbatim.ts";
import type { Source } from "./load.ts";
import type { FromWorker, Op, Thrown, ToWorker } from "./thread.ts";

export type * from "../types.ts";
export { ModuleRefused, ModuleTrapped, VerbatimError } from "../verbatim.ts";
export type { Source } from "./load.ts";

/** What `Verbatim` has, but `send` and `receive`: their host must answer at once. */
export type VerbatimWorker = {
  [Name in Op]: (...given: Parameters<Verbatim[Name]>) => Promise<ReturnType<Verbatim[Name]>>;
} & Pick<Verbatim, "sha256" | "size"> & {
    /** Ends the worker; calls without an answer yet are refused. */
    close(): void;
  };

export interface WorkerOptions {
  /** A worker that runs `verbatim-sms/thread`, where this file's own way to it is barred. */
  worker?: Worker;
}

const OPS: readonly Op[] = [
  "describe",
  "segments",
  "segmentCount",
  "check",
  "checkPrompt",
  "preview",
  "render",
  "complete",
  "classify",
];

/** The name of the Trusted Types policy that a strict page must allow for this file. */
const POLICY = "verbatim-sms";

/** Starts a worker and loads the module in it. */
export async function load(
  source: Source = new URL("./verbatim.wasm", import.meta.url),
  options: WorkerOptions = {},
): Promise<VerbatimWorker> {
  if ("worker" in options && options.worker === undefined) {
    throw new TypeError(
      "expected `worker` of `load` to be a Worker, or no such field, found undefined",
    );
  }
  const worker = options.worker ?? start();
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  const about = await new Promise<Pick<Verbatim, "sha256" | "size">>((resolve, reject) => {
    worker.addEventListener("message", ({ data }: MessageEvent<FromWorker>) => {
      if ("loaded" in data) return resolve(data.loaded);
      if ("refused" in data) return reject(errorOf(data.refused));
      const call = waiting.get(data.id);
      waiting.delete(data.id);
      if ("ok" in data) call?.resolve(data.ok);
      else call?.reject(errorOf(data.thrown));
    });
    worker.addEventListener("error", () => {
      reject(
        new ModuleRefused("expected the worker's script beside this file, but it did not run"),
      );
    });
    // An address is the page's: the worker has another.
    const absolute =
      typeof source === "string" || source instanceof URL
        ? new URL(source, globalThis.document?.baseURI).href
        : source;
    tell(worker, { load: absolute });
  }).catch((error) => {
    worker.terminate();
    throw error;
  });

  let next = 0;
  const call = (op: Op, given: unknown[]) =>
    new Promise((resolve, reject) => {
      const id = next;
      next += 1;
      waiting.set(id, { resolve, reject });
      tell(worker, { id, op, arguments: given });
    });
  const calls = OPS.map((op) => [op, (...given: unknown[]) => call(op, given)]);
  return {
    ...(Object.fromEntries(calls) as Omit<VerbatimWorker, "sha256" | "size" | "close">),
    ...about,
    close() {
      worker.terminate();
      for (const { reject } of waiting.values()) reject(new ModuleTrapped("the worker was closed"));
      waiting.clear();
    },
  };
}

function start(): Worker {
  // A worker's address is a script's, so a page with Trusted Types wants it blessed by a policy.
  const address = new URL("./thread.js", import.meta.url);
  const types = (globalThis as { trustedTypes?: TrustedTypes }).trustedTypes;
  policy ??= types?.createPolicy(POLICY, { createScriptURL: (text) => text }) ?? null;
  const trusted = policy === null ? address : policy.createScriptURL(address.href);
  return new Worker(trusted as URL, { type: "module" });
}

let policy: { createScriptURL(text: string): unknown } | null = null;

/** The part of Trusted Types that is needed; TypeScript's DOM does not know them yet. */
interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { createScriptURL(text: string): string },
  ): { createScriptURL(text: string): unknown };
}

function tell(worker: Worker, message: ToWorker): void {
  worker.postMessage(message);
}

function errorOf({ name, message, code, detail }: Thrown): Error {
  switch (name) {
    case "VerbatimError":
      return new VerbatimError(code ?? "", message, detail as VerbatimError["detail"]);
    case "ModuleRefused":
      return new ModuleRefused(message);
    case "TypeError":
      return new TypeError(message);
    default:
      return new ModuleTrapped(message);
  }
}
