// How the package loads a module: from wherever it is told, but only the one that it was built
// with. Its glue fits no other, and what is previewed is what a host with that SHA-256 sends.
import makeGlue from "verbatim:glue";
import { SHA256 } from "verbatim:module";
import { fetchBytes, hash } from "../bytes.ts";
import type { ModuleHost } from "../types.ts";
import { type Glue, ModuleRefused, over, reason, type Verbatim } from "../verbatim.ts";

/** An address of `verbatim.wasm`, its bytes, or the compiled module. */
export type Source = string | URL | BufferSource | WebAssembly.Module;

export interface LoadOptions {
  /** Answers what `send` and `receive` ask; without it, both are refused. */
  host?: ModuleHost | null;
}

/** Reads what stands at an address. */
export type Read = (address: string | URL) => Promise<BufferSource>;

/** Over HTTP, as a browser does. */
export const readByFetch: Read = (address) => fetchBytes(address, "default");

/** Hashes and compiles the bytes; a compiled module is taken as it is. */
export async function loadWith(
  read: Read,
  source: Source,
  options: LoadOptions = {},
): Promise<Verbatim> {
  const host = hostOf(options);
  if (source instanceof WebAssembly.Module) return start(source, host, NOT_HASHED);
  const bytes = typeof source === "string" || source instanceof URL ? await read(source) : source;
  const sha256 = await hash(bytes);
  if (sha256 !== SHA256) {
    throw new ModuleRefused(
      `expected the module ${SHA256} that this package was built with, found ${sha256}; ` +
        "nothing was run: serve the verbatim.wasm of this very version",
    );
  }
  const module = await WebAssembly.compile(bytes).catch((cause) => {
    throw new ModuleRefused(
      `expected this page to compile WebAssembly, but ${reason(cause)}; its Content-Security-` +
        "Policy needs script-src 'wasm-unsafe-eval'",
      { cause },
    );
  });
  return start(module, host, { sha256, size: bytes.byteLength });
}

const NOT_HASHED = { sha256: null, size: null };

function start(
  module: WebAssembly.Module,
  host: ModuleHost | null,
  about: Pick<Verbatim, "sha256" | "size">,
): Verbatim {
  const fresh = (): Glue => {
    const glue = makeGlue();
    glue.initSync({ module });
    glue.setHost(host);
    return glue;
  };
  let current: Glue | null = fresh();
  const instances = {
    current() {
      current ??= fresh();
      return current;
    },
    lost() {
      current = null;
    },
  };
  return over(instances, about);
}

/** A slip in an option must not be a silent refusal of every send. */
function hostOf(options: LoadOptions): ModuleHost | null {
  for (const [name, value] of Object.entries(options)) {
    if (name !== "host") {
      throw new TypeError(`expected \`host\` among the options of \`load\`, found \`${name}\``);
    }
    if (value === undefined) {
      throw new TypeError(
        `expected \`${name}\` of \`load\` to be a value, or no such field, found undefined`,
      );
    }
  }
  return options.host ?? null;
}
