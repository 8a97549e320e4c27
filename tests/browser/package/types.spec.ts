// The declarations hold without ours: strict, every library checked, both ways of resolution.
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "./fixtures.ts";

const TSC = fileURLToPath(new URL("../node_modules/.bin/tsc", import.meta.url));

const USES = `
import { load, VerbatimError, type Check, type Values } from "verbatim-sms";
import { load as loadInline } from "verbatim-sms/inline";
import { load as loadWorker } from "verbatim-sms/worker";
import { Client, Refused, type Sent, type Variant } from "verbatim-sms/client";
import "verbatim-sms/element";
import type { EditDetail } from "verbatim-sms/element";
import { verbatim, analysisOf } from "verbatim-sms/codemirror";
import { EditorState } from "@codemirror/state";

const engine = await load(new URL("https://example.com/verbatim.wasm"), { host: { optOutLookup: () => 0 } });
const check: Check = engine.check({ body: "x", names: { entity: ["a"] } });
const encoding: "GSM-7" | "UCS-2" = engine.segments("x").encoding;
const promised: Promise<number> = (await loadWorker()).segmentCount("x");
const values: Values = { entity: { a: "b" } };
const editor = document.querySelector("verbatim-editor");
if (editor) { editor.engine = await loadInline(); editor.values = values; }
const detail: EditDetail | null = null;
const state = EditorState.create({ extensions: [verbatim(engine, { values })] });
const conv = new Client("https://example.com", "vk_").conversation("c", { environment: "live" });
const sent: Sent = await conv.sendSmsTemplate("+15550001111", "x", 1, { values });
const variant: Variant | null = await conv.variant;
export const all = [sent.suppressed, variant?.attributes["a"], Refused, check, encoding, promised, detail, analysisOf(state).preview, VerbatimError];
// @ts-expect-error a slip in a request
engine.check({ bodi: "x" });
// @ts-expect-error undefined is no value
engine.check({ body: "x", domains: undefined });
// @ts-expect-error no such environment
new Client("https://example.com", "vk_").conversation("c", { environment: "prod" });
`;

for (const [module, resolution] of [
  ["nodenext", "nodenext"],
  ["esnext", "bundler"],
] as const) {
  test(`the types hold for ${resolution}`, async ({ project }) => {
    const compilerOptions = {
      ...{ module, moduleResolution: resolution, target: "es2022", strict: true, noEmit: true },
      ...{ lib: ["es2022", "dom"], types: [], exactOptionalPropertyTypes: true },
      ...{ skipLibCheck: false },
    };
    const folder = `types-${resolution}`;
    await project.write(`${folder}/uses.mts`, USES);
    const config = { compilerOptions, files: ["uses.mts"] };
    const path = await project.write(`${folder}/tsconfig.json`, JSON.stringify(config));
    const said = await promisify(execFile)(TSC, ["-p", path]).then(
      ({ stdout }) => stdout,
      ({ stdout }) => stdout,
    );
    expect(said).toBe("");
  });
}
