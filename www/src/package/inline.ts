// `verbatim-sms/inline`: the same with the module inside, for bundlers that lose the file beside.
import base64 from "verbatim:inline";
import type { Verbatim } from "../verbatim.ts";
import { type LoadOptions, loadWith, readByFetch } from "./load.ts";

export type * from "../types.ts";
export { ModuleRefused, ModuleTrapped, type Verbatim, VerbatimError } from "../verbatim.ts";
export type { LoadOptions } from "./load.ts";

/** From the bytes in this file. */
export function load(options?: LoadOptions): Promise<Verbatim> {
  const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
  return loadWith(readByFetch, bytes, options);
}
