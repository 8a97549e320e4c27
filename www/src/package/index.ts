// `verbatim-sms`: loads the module, in a browser or a bundle for one.

import type { Verbatim } from "../verbatim.ts";
import { type LoadOptions, loadWith, readByFetch, type Source } from "./load.ts";

export type * from "../types.ts";
export { ModuleRefused, ModuleTrapped, type Verbatim, VerbatimError } from "../verbatim.ts";
export type { LoadOptions, Source } from "./load.ts";

/** From `source`, or from `verbatim.wasm` beside this file. */
export function load(
  source: Source = new URL("./verbatim.wasm", import.meta.url),
  options?: LoadOptions,
): Promise<Verbatim> {
  return loadWith(readByFetch, source, options);
}
