// A host for verbatim.wasm in Node's own engine, without glue:
// node host.mjs verbatim.wasm SHA256 [NAME]
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import vm from "node:vm";

const [REQUEST_BYTES, RESPONSE_BYTES] = [1 << 20, 4 << 20];
const MILLISECONDS = 2000; // for one call: Node has no fuel, but it can interrupt
const LOG_LINES = 16;
const [NOT_GRANTED, MALFORMED, OVER_BUDGET] = [-1, -2, -3];

/** The module, or what it was asked for, was refused. */
class Refused extends Error {}

/** What one call may ask of us: the consent we looked up before it, and one message. */
class Grants {
  /** Proposed; nothing leaves before the call has returned. */
  messages = [];
  #lines = 0;

  /** `consent` says of each "recipient sender" whether it is opted out; `send` is one such pair. */
  constructor(consent = {}, send = undefined) {
    this.consent = new Map(Object.entries(consent));
    this.send = send;
  }

  opt_out_lookup({ recipient, sender }) {
    return Number(this.consent.get(`${recipient} ${sender}`) ?? NOT_GRANTED);
  }

  opt_out_record() {
    return NOT_GRANTED; // we never ask it to `receive`
  }

  twilio_create_message(asked) {
    if (`${asked.to} ${asked.from ?? asked.messaging_service_sid}` !== this.send) return NOT_GRANTED;
    if (this.messages.length > 0) return OVER_BUDGET;
    this.messages.push(asked);
    return 0;
  }

  log(line) {
    this.#lines += 1;
    if (this.#lines <= LOG_LINES) console.error(`module: ${JSON.stringify(line.slice(0, 500))}`);
  }
}

/** Checked and compiled once; each call has an instance of its own. */
class Module {
  #module;

  constructor(wasm, sha256) {
    const found = createHash("sha256").update(wasm).digest("hex");
    if (found !== sha256) {
      throw new Refused(`expected a module with the SHA-256 ${sha256}, found ${found}`);
    }
    this.#module = new WebAssembly.Module(wasm);
    if (!WebAssembly.Module.exports(this.#module).some(({ name }) => name === "verbatim_abi_1")) {
      throw new Refused("expected a module that exports `verbatim_abi_1`, found none");
    }
  }

  /** Answers one request, or throws `Refused`, or whatever stopped the module. */
  call(request, grants = new Grants()) {
    const run = () => this.#call(Buffer.from(JSON.stringify(request)), grants);
    return vm.runInNewContext("run()", { run }, { timeout: MILLISECONDS });
  }

  #call(request, grants) {
    if (request.length > REQUEST_BYTES) {
      throw new Refused(`expected a request of at most ${REQUEST_BYTES} bytes`);
    }
    const memory = () => plain.memory.buffer; // anew each time: it moves when it grows
    const imports = this.#imports(grants, memory);
    const plain = new WebAssembly.Instance(this.#module, imports).exports;

    const at = plain.vb_alloc(request.length) >>> 0;
    if (at === 0) throw new Refused(`the module has no room for ${request.length} bytes`);
    new Uint8Array(memory()).set(request, at);
    const answer = BigInt.asUintN(64, plain.vb_call(at, request.length));
    plain.vb_free(at, request.length);
    const [from, length] = [Number(answer >> 32n), Number(answer & 0xffffffffn)];
    if (length > RESPONSE_BYTES) {
      throw new Refused(`expected a response of at most ${RESPONSE_BYTES} bytes`);
    }
    const response = JSON.parse(read(memory(), from, length));
    plain.vb_free(from, length);
    if (response.error) throw new Refused(`${response.error.code}: ${response.error.message}`);
    return response.ok;
  }

  /** Our four functions, traps for those of JavaScript's glue, and nothing else. */
  #imports(grants, memory) {
    const ask = (name) => (at, length) => {
      try {
        return grants[name](JSON.parse(read(memory(), at, length)));
      } catch {
        return MALFORMED;
      }
    };
    const ours = {
      twilio_create_message: ask("twilio_create_message"),
      opt_out_lookup: ask("opt_out_lookup"),
      opt_out_record: ask("opt_out_record"),
      log: (_level, at, length) => grants.log(read(memory(), at, length)),
    };
    const glue = {};
    for (const { module, name } of WebAssembly.Module.imports(this.#module)) {
      if (module === "verbatim" && Object.hasOwn(ours, name)) continue;
      if (module !== "./verbatim_bg.js") {
        throw new Refused(`expected the imports of ABI.md, found \`${name}\` from \`${module}\``);
      }
      glue[name] = () => {
        throw new Refused(`the module called \`${name}\`, which is JavaScript's`);
      };
    }
    return { verbatim: ours, "./verbatim_bg.js": glue };
  }
}

/** The text at `at`: a wasm integer comes as a signed one. Throws outside the memory. */
function read(buffer, at, length) {
  const bytes = new Uint8Array(buffer, at >>> 0, length >>> 0);
  return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
}

function main(path, sha256, name) {
  const module = new Module(readFileSync(path), sha256);

  const body = "Hi ${name}, your table is booked for {{entity:time}}. Ref {{vrbl:REF}}";
  const values = { entity: { time: "19:30" }, variable: { REF: "K7M2" } };
  if (name !== undefined) values.variant = { name };
  const { text, segments } = module.call({ op: "render", body, values });
  console.log(`render    ${text}`);
  console.log(`segments  ${segments.segments} (${segments.encoding}, ${segments.units} units)`);

  const { keyword, reply } = module.call({ op: "classify", text: " Stop! " });
  console.log(`classify  ${keyword}: ${reply}`);

  const sender = "+15550001111";
  const consent = { [`+15550002222 ${sender}`]: false, [`+15550003333 ${sender}`]: true };
  for (const to of ["+15550002222", "+15550003333", "+15550004444"]) {
    const grants = new Grants(consent, `${to} ${sender}`);
    const templates = [{ title: "booking", body }];
    const request = { op: "send", to, sender, environment: "sandbox", templates, template: "booking", values };
    try {
      console.log(`send      ${to}: ${module.call(request, grants).state}`);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      console.log(`send      ${to}: ${error.message}`);
      continue;
    }
    for (const message of grants.messages) {
      console.log(`          ${message.from} says ${message.body}`); // now, and only now, call Twilio
    }
  }
}

try {
  main(...process.argv.slice(2));
} catch (error) {
  console.error(`host: ${error.message}`);
  process.exitCode = 1;
}
