// Answers each line of standard input by the plain interface of the module beside it.

import { readFileSync } from "node:fs";
import { Simulated } from "./simulated.mjs";

let host;
const text = (at, length) =>
  new TextDecoder("utf-8", { fatal: true }).decode(new Uint8Array(plain.memory.buffer, at >>> 0, length >>> 0));
const ask = (name) => (at, length) => host.answer(name, text(at, length));

const module = new WebAssembly.Module(readFileSync("verbatim.wasm"));
const imports = {
  verbatim: {
    twilio_create_message: ask("twilio_create_message"),
    opt_out_lookup: ask("opt_out_lookup"),
    opt_out_record: ask("opt_out_record"),
    log() {},
  },
};
for (const { module: from, name } of WebAssembly.Module.imports(module)) {
  if (from === "verbatim") continue;
  imports[from] ??= {};
  imports[from][name] = () => {
    throw new Error(`the guest called ${name}, which is the other face's`);
  };
}
const plain = new WebAssembly.Instance(module, imports).exports;

function call(request) {
  const at = plain.vb_alloc(request.length) >>> 0;
  if (at === 0) throw new Error(`there is no room for a request of ${request.length} bytes`);
  new Uint8Array(plain.memory.buffer).set(request, at);
  const packed = BigInt.asUintN(64, plain.vb_call(at, request.length));
  plain.vb_free(at, request.length);
  const [from, length] = [Number(packed >> 32n), Number(packed & 0xffffffffn)];
  const response = Buffer.from(new Uint8Array(plain.memory.buffer, from, length));
  plain.vb_free(from, length);
  return response;
}

const lines = readFileSync(0, "utf8").trimEnd().split("\n");
const answers = lines.map((line) => {
  const { request, granted } = JSON.parse(line);
  host = new Simulated(granted);
  const response = call(Buffer.from(request, "base64"));
  return JSON.stringify({ response: response.toString("base64"), intents: host.intents });
});
process.stdout.write(answers.join("\n"));
