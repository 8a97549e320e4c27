// The shipped `verbatim.wasm` on Node's own engine, by the plain interface of wasm/ABI.md: no glue.
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const BINARY =
  process.env.VERBATIM_BIN ?? fileURLToPath(new URL("../../target/debug/verbatim", import.meta.url));
const BYTES_AT_MOST = 1 << 24;

/** A function that answers a request, given and returned as a plain object. */
export async function load() {
  const bytes = execFileSync(BINARY, ["module", "--out", "-"], { maxBuffer: BYTES_AT_MOST });
  const module = await WebAssembly.compile(bytes);
  const imports = {};
  for (const { module: from, name } of WebAssembly.Module.imports(module)) {
    imports[from] ??= {};
    // Nothing is granted; what belongs to the other face is never called.
    imports[from][name] = () => {
      if (from === "verbatim") return name === "log" ? undefined : -1;
      throw new Error(`${from}.${name} was called by the plain interface`);
    };
  }
  const { exports } = await WebAssembly.instantiate(module, imports);
  if (!("verbatim_abi_1" in exports)) throw new Error("the module lacks verbatim_abi_1");
  const [encoder, decoder] = [new TextEncoder(), new TextDecoder("utf-8", { fatal: true })];

  return (request) => {
    const asked = encoder.encode(JSON.stringify(request));
    const at = exports.vb_alloc(asked.length) >>> 0;
    if (at === 0) throw new Error("the module refused room for the request");
    new Uint8Array(exports.memory.buffer, at, asked.length).set(asked);
    const answer = BigInt.asUintN(64, exports.vb_call(at, asked.length));
    exports.vb_free(at, asked.length);
    const [from, length] = [Number(answer >> 32n), Number(answer & 0xffffffffn)];
    const text = decoder.decode(new Uint8Array(exports.memory.buffer, from, length));
    exports.vb_free(from, length);
    return JSON.parse(text);
  };
}
