// What the build puts in: made from the module that stands beside the package's files.

declare module "verbatim:glue" {
  import type { Glue } from "../verbatim.ts";
  /** A glue of its own, and so an instance of its own, for each call. */
  export default function glue(): Glue & {
    initSync(options: { module: WebAssembly.Module }): void;
  };
}

declare module "verbatim:module" {
  /** Of `verbatim.wasm` beside the package's files, lower-case hex. */
  export const SHA256: string;
}

declare module "verbatim:inline" {
  /** `verbatim.wasm` itself, in Base64. */
  const base64: string;
  export default base64;
}

// All of Node that the package needs; Node's own types would be taken for the browser's.
declare module "node:fs/promises" {
  export function readFile(path: string | URL): Promise<Uint8Array<ArrayBuffer>>;
}
