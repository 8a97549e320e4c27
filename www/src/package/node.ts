// `verbatim-sms` in Node: the same, but an address may be a file's.
import { readFile } from "node:fs/promises";
import type { Verbatim } from "../verbatim.ts";
import { type LoadOptions, loadWith, type Read, readByFetch, type Source } from "./load.ts";

export type * from "../types.ts";
export { ModuleRefused, ModuleTrapped, type Verbatim, VerbatimError } from "../verbatim.ts";
export type { LoadOptions, Source } from "./load.ts";

const read: Read = async (address) => {
  const url = typeof address === "string" && URL.canParse(address) ? new URL(address) : address;
  if (url instanceof URL && url.protocol !== "file:") return readByFetch(url);
  return new Uint8Array(await readFile(url));
};

/** From `source`, a path or an address too, or from `verbatim.wasm` beside this file. */
export function load(
  source: Source = new URL("./verbatim.wasm", import.meta.url),
  options?: LoadOptions,
): Promise<Verbatim> {
  return loadWith(read, source, options);
}
