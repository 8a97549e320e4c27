// Answers each case by the typed functions of the glue.

import * as glue from "glue";
import { Simulated } from "simulated";

const FUNCTIONS = new Map([
  ["describe", glue.describe],
  ["segments", glue.segments],
  ["check", glue.check],
  ["check_prompt", glue.checkPrompt],
  ["preview", glue.preview],
  ["render", glue.render],
  ["complete", glue.complete],
  ["classify", glue.classify],
  ["send", glue.send],
  ["receive", glue.receive],
]);

/** The answer, or null: these bytes are no object with an op that a function has. */
function answer({ request, granted }) {
  let asked;
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    asked = JSON.parse(text.decode(Uint8Array.fromBase64(request)));
  } catch {
    return null;
  }
  const { op, ...rest } = asked ?? {};
  if (!FUNCTIONS.has(op)) return null;
  const host = new Simulated(granted);
  glue.setHost({
    createMessage: (message) => host.answer("twilio_create_message", JSON.stringify(message)),
    optOutLookup: (pair) => host.answer("opt_out_lookup", JSON.stringify(pair)),
    optOutRecord: (change) => host.answer("opt_out_record", JSON.stringify(change)),
  });
  const response = new TextEncoder().encode(JSON.stringify(FUNCTIONS.get(op)(rest)));
  return { response: response.toBase64(), intents: host.intents };
}

const given = (id) => Uint8Array.fromBase64(document.getElementById(id).innerHTML.trim());
const output = document.querySelector("output");
try {
  glue.initSync({ module: given("wasm") });
  const lines = new TextDecoder().decode(given("asked")).trimEnd().split("\n");
  const answers = lines.map((line) => JSON.stringify(answer(JSON.parse(line))));
  output.textContent = new TextEncoder().encode(answers.join("\n")).toBase64();
} catch (error) {
  output.textContent = error.stack;
}
