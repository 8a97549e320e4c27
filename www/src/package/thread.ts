// The worker's side of `verbatim-sms/worker`: one module, asked by messages.
import type { Glue, Verbatim } from "../verbatim.ts";
import { loadWith, readByFetch, type Source } from "./load.ts";

/** The calls that cross; `send` and `receive` ask their host at once, which no message can. */
export type Op = Exclude<keyof Glue, "setHost" | "send" | "receive">;

/** To the worker: first a source, then calls. */
export type ToWorker = { load: Source } | { id: number; op: Op; arguments: unknown[] };

/** From the worker. An error keeps its name and its fields, but not its class. */
export type FromWorker =
  | { loaded: Pick<Verbatim, "sha256" | "size"> }
  | { refused: Thrown }
  | { id: number; ok: unknown }
  | { id: number; thrown: Thrown };

export interface Thrown {
  name: string;
  message: string;
  code?: string;
  detail?: unknown;
}

let verbatim: Verbatim | null = null;

addEventListener("message", async ({ data }: MessageEvent<ToWorker>) => {
  if ("load" in data) {
    try {
      verbatim = await loadWith(readByFetch, data.load);
      answer({ loaded: { sha256: verbatim.sha256, size: verbatim.size } });
    } catch (cause) {
      answer({ refused: thrown(cause) });
    }
    return;
  }
  const { id, op } = data;
  try {
    if (verbatim === null) throw new Error("expected a module before the first call");
    const call = verbatim[op] as (...given: unknown[]) => unknown;
    answer({ id, ok: call(...data.arguments) });
  } catch (cause) {
    answer({ id, thrown: thrown(cause) });
  }
});

function answer(message: FromWorker): void {
  postMessage(message);
}

function thrown(cause: unknown): Thrown {
  if (!(cause instanceof Error)) return { name: "Error", message: String(cause) };
  const { name, message } = cause;
  return "code" in cause && "detail" in cause
    ? { name, message, code: String(cause.code), detail: cause.detail }
    : { name, message };
}
