// Asks both faces of the module beside it the same, and says how many answers differ; and answers
// the module with every number that an import has.

import { readFileSync } from "node:fs";
import * as js from "./verbatim.mjs";

const plain = js.initSync({ module: readFileSync("verbatim_bg.wasm") });

/** The plain face's answer, as it came. */
function call(request) {
    const asked = new TextEncoder().encode(JSON.stringify(request));
    const at = plain.vb_alloc(asked.length);
    new Uint8Array(plain.memory.buffer).set(asked, at);
    const answer = BigInt.asUintN(64, plain.vb_call(at, asked.length));
    plain.vb_free(at, asked.length);
    const [from, length] = [Number(answer >> 32n), Number(answer & 0xffffffffn)];
    const text = new TextDecoder().decode(new Uint8Array(plain.memory.buffer, from, length));
    plain.vb_free(from, length);
    return text;
}

const texts = ["", "]", "a".repeat(160), "a".repeat(161), "a".repeat(152) + "€".repeat(200)];
texts.push("it’s “so”", "é".repeat(71), "👋".repeat(67));
const requests = texts.flatMap((text) => [{ text }, { text, policy: "graphemes" }]);

let differ = 0;
for (const request of requests) {
    const [found, expected] = [JSON.stringify(js.segments(request)), call({ op: "segments", ...request })];
    if (found === expected) continue;
    differ += 1;
    console.error(`${JSON.stringify(request)}: ${found} and ${expected}`);
}

// The fast way takes requests of a text alone: everything else is refused as ever.
for (const wrong of [null, "text", {}, { text: 1 }]) {
    if (!("error" in js.segments(wrong))) throw new Error(`answered ${JSON.stringify(wrong)}`);
}
// ABI.md, "Negative results": what becomes of each, and of numbers that it does not have.
const message = { to: "+15550002222", sender: "+15550001111", environment: "sandbox", content: "hi" };
const outcome = ({ ok, error }) => ok?.state ?? error.code;
for (const [number, sent, looked] of [
    [0, "proposed", "proposed"],
    [1, "V036", "suppressed"],
    [-1, "V036", "V036"],
    [-2, "V037", "V037"],
    [-3, "V038", "V038"],
    [-4, "suppressed", "V036"],
    [-5, "V036", "V036"],
    [-(2 ** 31), "V036", "V036"],
]) {
    js.setHost({ optOutLookup: () => 0, createMessage: () => number });
    const toSend = outcome(js.send(message));
    js.setHost({ optOutLookup: () => number, createMessage: () => 0 });
    const toLookUp = outcome(js.send(message));
    if (toSend !== sent || toLookUp !== looked) {
        throw new Error(`${number}: ${toSend} and ${toLookUp}, not ${sent} and ${looked}`);
    }
}
js.setHost(null);

console.log(`${differ} of ${requests.length} differ`);
