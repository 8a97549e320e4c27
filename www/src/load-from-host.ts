// How the console loads the module: the very bytes that its host sends with, or none. It fetches
// them, hashes them, compares, and only then runs them with the glue that the host serves.
import { fetchBytes, hash } from "./bytes.ts";
import {
  type Glue,
  ModuleRefused,
  ModuleTrapped,
  over,
  reason,
  type Verbatim,
} from "./verbatim.ts";

/** The glue as the host serves it: an ES module that holds one instance. */
export interface ServedGlue extends Glue {
  default(options: { module_or_path: BufferSource }): Promise<unknown>;
}

/** Where a module comes from, and the SHA-256 it must have. */
export interface HostSource {
  /** The address of `verbatim.wasm`. */
  wasm: string;
  /** The address of its glue, or how to get it; `fresh` counts the instances that were lost. */
  glue: string | ((fresh: number) => Promise<ServedGlue>);
  /** Lower-case hex; the module is refused when its bytes hash to anything else. */
  sha256: string;
}

/** A module whose bytes are known. */
export type HashedVerbatim = Verbatim & { readonly sha256: string; readonly size: number };

/** Fetches, hashes, compares and instantiates, in that order. */
export async function loadFromHost(source: HostSource): Promise<HashedVerbatim> {
  // Never from the cache: the host may have been replaced by a newer one since.
  const bytes = await fetchBytes(source.wasm, "no-cache");
  const sha256 = await hash(bytes);
  if (sha256 !== source.sha256) {
    throw new ModuleRefused(
      `expected the module ${source.sha256} that the host sends with, but ${source.wasm} is ` +
        `${sha256}; nothing was run: reload the page, or restart the host`,
    );
  }
  let fresh = 0;
  let current: Glue | null = await start(source, bytes, fresh);
  const instances = {
    current() {
      if (current !== null) return current;
      throw new ModuleTrapped("the module stopped and is being started again; try once more");
    },
    lost() {
      current = null;
      fresh += 1;
      // Until it is there, each call says that it is not.
      start(source, bytes, fresh).then(
        (glue) => {
          current = glue;
        },
        () => {},
      );
    },
  };
  return over(instances, { sha256, size: bytes.byteLength }) as HashedVerbatim;
}

async function start({ wasm, glue }: HostSource, bytes: ArrayBuffer, fresh: number): Promise<Glue> {
  // An ES module is evaluated once for each address: another address is another instance.
  const served: ServedGlue =
    typeof glue === "string"
      ? await import(fresh === 0 ? glue : `${glue}?fresh=${fresh}`)
      : await glue(fresh);
  try {
    await served.default({ module_or_path: bytes });
  } catch (cause) {
    throw new ModuleRefused(
      `expected ${wasm} to be a WebAssembly module that runs here, but ${reason(cause)}`,
      { cause },
    );
  }
  return served;
}
