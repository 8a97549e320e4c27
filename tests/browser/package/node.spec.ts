// The package in Node: from the file beside it, from bytes, from a compiled module and from inside.
import { expect, test } from "./fixtures.ts";

const WAYS = {
  "the file beside it": `import { load } from "verbatim-sms"; const engine = await load();`,
  "a path": `import { load } from "verbatim-sms";
    const engine = await load("node_modules/verbatim-sms/lib/verbatim.wasm");`,
  bytes: `import { load } from "verbatim-sms"; import { readFile } from "node:fs/promises";
    const engine = await load(await readFile("node_modules/verbatim-sms/lib/verbatim.wasm"));`,
  "a compiled module": `import { load } from "verbatim-sms"; import { readFile } from "node:fs/promises";
    const bytes = await readFile("node_modules/verbatim-sms/lib/verbatim.wasm");
    const engine = await load(await WebAssembly.compile(bytes));`,
  inside: `import { load } from "verbatim-sms/inline"; const engine = await load();`,
};

const ASK = `
const names = { entity: ["guest"] };
console.log(JSON.stringify([
  engine.segments("It’s 👋").encoding,
  engine.segmentCount("a".repeat(161)),
  engine.check({ body: "{{ entity:x }}" }).diagnostics.map(({ code, range }) => [code, range.utf16]),
  engine.preview({ body: "Hi \${a}", values: { variant: { a: "Zoé" } } }).text,
  engine.complete({ body: "👋 {{", at: 5, names }).items.map(({ insert, range }) => [insert, range.utf16]),
  engine.classify(" Stop! ").keyword,
  engine.describe().abi,
]));`;

for (const [name, way] of Object.entries(WAYS)) {
  test(`it answers from ${name}`, async ({ project }) => {
    const [encoding, count, findings, text, items, keyword, abi] = JSON.parse(
      await project.node(`from-${name.replaceAll(" ", "-")}.js`, way + ASK),
    );
    expect([encoding, count, text, keyword, abi]).toEqual(["UCS-2", 2, "Hi Zoé", "STOP", 1]);
    expect(findings, "in UTF-16 code units").toEqual([["V013", [0, 14]]]);
    expect(items).toEqual([["{{entity:guest}}", [3, 5]]]);
  });
}

/** Runs a script that ends by printing JSON. */
const CAUGHT = `
import { load, ModuleRefused, ModuleTrapped, VerbatimError } from "verbatim-sms";
const caught = async (call) => {
  try { await call(); } catch (error) { return [error.name, error.message]; }
  return ["nothing", ""];
};
const said = (value) => console.log(JSON.stringify(value));
`;

test("what JSON would drop in silence is refused loudly", async ({ project }) => {
  const script = `${CAUGHT}
    const engine = await load();
    said([
      await caught(() => engine.check({ body: "x", domains: undefined })),
      await caught(() => engine.preview({ body: "x", values: { entity: { a: undefined } } })),
      await caught(() => engine.complete({ body: "x", at: Number.NaN, names: {} })),
      await caught(() => engine.check({ body: () => "x" })),
      await caught(() => engine.segments(undefined)),
      await caught(() => engine.check(undefined)),
      await caught(() => engine.check({ body: "x", bodi: 1 })),
      await caught(() => load(undefined, { host: undefined })),
      await caught(() => load(undefined, { hots: {} })),
    ]);`;
  const refusals = JSON.parse(await project.node("undefined.js", script));
  const expected = [
    ["TypeError", "`domains` of `check` to be a value, or no such field, found undefined"],
    ["TypeError", "`values.entity.a` of `preview`"],
    ["TypeError", "`at` of `complete` to be a whole number, found NaN"],
    ["TypeError", "`body` of `check` to be a value that JSON knows, found a function"],
    ["TypeError", "`text` of `segments`"],
    ["TypeError", "`check` to be asked with an object, found undefined"],
    ["VerbatimError", "bodi"],
    ["TypeError", "`host` of `load`"],
    ["TypeError", "found `hots`"],
  ];
  expect(refusals).toHaveLength(expected.length);
  for (const [index, [name, part]] of expected.entries()) {
    expect(refusals[index][0]).toBe(name);
    expect(refusals[index][1]).toContain(part);
  }
});

test("bytes of another module are refused, and never compiled", async ({ project }) => {
  const script = `${CAUGHT}
    import { readFile } from "node:fs/promises";
    const bytes = await readFile("node_modules/verbatim-sms/lib/verbatim.wasm");
    bytes[bytes.length >> 1] ^= 1;
    WebAssembly.compile = () => { throw new Error("compiled"); };
    said(await caught(() => load(bytes)));`;
  const [name, message] = JSON.parse(await project.node("changed.js", script));
  expect(name).toBe("ModuleRefused");
  expect(message).toMatch(/expected the module [0-9a-f]{64} .* nothing was run/);
});

test("after a trap the next call has a fresh instance, with its host", async ({ project }) => {
  // A stack that ends within the module leaves an instance half way, as any trap does.
  const script = `${CAUGHT}
    const host = { optOutLookup: () => 0, createMessage: () => 0 };
    const engine = await load(undefined, { host });
    let trapped = 0;
    const deep = () => {
      try { deep(); } catch {}
      try { engine.check({ body: "\${a} ".repeat(90) }); }
      catch (error) { if (error instanceof ModuleTrapped) trapped += 1; }
    };
    deep();
    said([
      trapped,
      engine.segments("x").segments,
      engine.send({ to: "+15550001111", sender: "+15550001234", environment: "sandbox", content: "Hi" }).state,
    ]);`;
  const [trapped, segments, state] = JSON.parse(await project.node("trap.js", script));
  expect(trapped).toBeGreaterThan(0);
  expect([segments, state]).toEqual([1, "proposed"]);
});

test("without a host nothing is sent, and each load has a host of its own", async ({ project }) => {
  const script = `${CAUGHT}
    const asked = [];
    const host = { optOutLookup: () => 1, createMessage: (message) => (asked.push(message), 0) };
    const [alone, hosted] = [await load(), await load(undefined, { host })];
    const message = { to: "+15550001111", sender: "+15550001234", environment: "sandbox", content: "Hi" };
    said([await caught(() => alone.send(message)), hosted.send(message).state, asked.length]);`;
  const [refused, state, asked] = JSON.parse(await project.node("hosts.js", script));
  expect(refused[0]).toBe("VerbatimError");
  expect([state, asked]).toEqual(["suppressed", 0]);
});

test("half a surrogate pair is a character that no one has, not an error", async ({ project }) => {
  const script = `${CAUGHT}
    const engine = await load();
    const values = { entity: { x: "\\udc00!" } };
    const { text, spans } = engine.preview({ body: "a\\ud800b{{entity:x}}", values });
    said([text, spans[0].text.utf16, values.entity.x.length]);`;
  const answer = JSON.parse(await project.node("surrogate.js", script));
  expect(answer).toEqual(["a\ufffdb\ufffd!", [3, 5], 2]);
});
