// Times the module's JavaScript face beside the npm packages. Prints all samples as JSON.
// Usage: node bench.mjs FOLDER ROUNDS, with verbatim.mjs, verbatim_bg.wasm and texts.json in it.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { KEYSTROKE, keystroke } from "./keystroke.mjs";
import { measure } from "./timing.mjs";

const require = createRequire(import.meta.url);
const splitSms = require("split-sms");
const smsLength = require("sms-length");
const { SegmentedMessage } = require("sms-segments-calculator");

const [, , folder, rounds] = process.argv;
const verbatim = await import(pathToFileURL(join(folder, "verbatim.mjs")));
const plugin = verbatim.initSync({ module: readFileSync(join(folder, "verbatim_bg.wasm")) });

/** The plain face's answer, as text. */
function called(request) {
    const bytes = new TextEncoder().encode(JSON.stringify(request));
    const at = plugin.vb_alloc(bytes.length);
    new Uint8Array(plugin.memory.buffer).set(bytes, at);
    const answer = BigInt.asUintN(64, plugin.vb_call(at, bytes.length));
    plugin.vb_free(at, bytes.length);
    const [from, length] = [Number(answer >> 32n), Number(answer & 0xffffffffn)];
    const text = new TextDecoder().decode(new Uint8Array(plugin.memory.buffer, from, length));
    plugin.vb_free(from, length);
    return text;
}

/** What each counts with, and where its answer holds the number of segments. */
const COUNTERS = [
    { name: "verbatim `segmentCount`", call: verbatim.segmentCount, size: (count) => count },
    {
        name: "verbatim `segments`",
        call: (text) => verbatim.segments({ text }),
        size: ({ ok }) => ok.segments,
    },
    { name: "sms-length", call: (text) => smsLength.count(text), size: (one) => one.messages },
    { name: "split-sms", call: (text) => splitSms.split(text), size: (one) => one.parts.length },
    {
        name: "sms-segments-calculator",
        call: (text) => new SegmentedMessage(text),
        size: (one) => one.segmentsCount,
    },
];

const rows = JSON.parse(readFileSync(join(folder, "texts.json"), "utf8")).map(([what, text]) => {
    for (const request of [{ text }, { text, policy: "graphemes" }, { text: "" }, { text: "[\u20ac]" }]) {
        const [ours, plain] = [JSON.stringify(verbatim.segments(request)), called({ op: "segments", ...request })];
        if (ours !== plain) throw new Error(`the faces differ: ${ours} and ${plain}`);
    }
    // Several texts of one length, so that no engine answers from memory.
    const texts = Array.from("abcdefgh", (letter) => letter + text.slice(1));
    for (const { name, call, size } of COUNTERS) {
        const [found, expected] = [size(call(text)), verbatim.segmentCount(text)];
        if (found !== expected) throw new Error(`${name}: ${found} segments of ${what}, not ${expected}`);
    }
    const contenders = COUNTERS.map((counter) => ({ ...counter, texts }));
    return { what: `in Node, segments of ${what}`, contenders: measure(contenders, Number(rounds)) };
});
rows.push({
    what: `in Node, ${KEYSTROKE}`,
    contenders: measure([keystroke(verbatim)], Number(rounds)),
});
process.stdout.write(JSON.stringify({ node: process.version, rows }));
