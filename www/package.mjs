// Builds the npm package into lib/ around one module: `verbatim.wasm`, its glue made a factory, the
// entries of src/package/, and their types; and the playground into site/. The binary is asked for the module and the glue, so that
// what is packed is what that very host sends with.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cp, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const BINARY = process.env.VERBATIM_BIN ?? here("../target/debug/verbatim");
const LIB = here("lib");
/** What the package takes from the glue; the rest (fetching, for one) is left out. */
const GLUE_EXPORTS = [
  ...["initSync", "setHost", "segmentCount", "describe", "segments", "check", "checkPrompt"],
  ...["preview", "render", "complete", "classify", "send", "receive"],
];
/** CodeMirror is the embedder's own: one page must not have it twice. */
const PEERS = ["@codemirror/*", "monaco-editor"];

await rm(LIB, { recursive: true, force: true });
await mkdir(LIB, { recursive: true });
const wasm = `${LIB}/verbatim.wasm`;
execFileSync(BINARY, ["module", "--out", wasm, "--glue", `${LIB}/glue.js`], { stdio: "ignore" });
const bytes = await readFile(wasm);
const virtual = {
  "verbatim:glue": await glueFactory(`${LIB}/glue.js`),
  "verbatim:module": `export const SHA256 = ${JSON.stringify(createHash("sha256").update(bytes).digest("hex"))};`,
  "verbatim:inline": `export default ${JSON.stringify(bytes.toString("base64"))};`,
};
await rm(`${LIB}/glue.js`);

const shared = {
  outdir: LIB,
  bundle: true,
  format: "esm",
  target: "es2022",
  minify: true,
  legalComments: "eof",
  logLevel: "warning",
  // Wasm-bindgen writes a line for each imported function, of one module: they say the same.
  logOverride: { "duplicate-object-key": "silent" },
};
const entry = (name) => here(`src/package/${name}.ts`);
// The entries share what they have in common, so that a page that takes two holds it once.
await build({
  ...shared,
  entryPoints: ["index", "node", "inline", "worker", "client", "codemirror", "monaco"].map(entry),
  splitting: true,
  chunkNames: "shared-[hash]",
  external: [...PEERS, "node:*"],
  plugins: [fromTheBuild()],
});
// Bundlers copy this one as it is, so it is whole; so is the element, for pages without a bundler.
await build({ ...shared, entryPoints: [entry("thread")], plugins: [fromTheBuild()] });
await build({
  ...shared,
  entryPoints: [entry("element")],
  plugins: [fromTheBuild(), beside("index")],
});
await types();

// The playground is a page of files, for any static server.
const SITE = here("site");
await rm(SITE, { recursive: true, force: true });
await build({
  ...shared,
  outdir: SITE,
  entryPoints: {
    playground: here("src/playground/playground.ts"),
    style: here("src/playground/playground.css"),
  },
  legalComments: "linked",
  plugins: [fromTheBuild()],
});
await rename(`${SITE}/style.css`, `${SITE}/playground.css`);
await cp(here("src/playground/index.html"), `${SITE}/index.html`);
await cp(here("public/icon.svg"), `${SITE}/icon.svg`);
await cp(wasm, `${SITE}/verbatim.wasm`);

/** Wasm-bindgen's glue holds one instance; as a function, each call has one of its own. */
async function glueFactory(glue) {
  const { outputFiles } = await build({
    stdin: {
      contents: `export { ${GLUE_EXPORTS.join(", ")} } from ${JSON.stringify(glue)};`,
      resolveDir: LIB,
    },
    bundle: true,
    write: false,
    format: "iife",
    globalName: "glue",
    target: "es2022",
    logLevel: "error",
    banner: { js: "export default function () {" },
    footer: { js: "return glue; }" },
  });
  return outputFiles[0].text;
}

/** Resolves `verbatim:…` to what was made above. */
function fromTheBuild() {
  return {
    name: "from-the-build",
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^verbatim:/ }, ({ path }) => ({ path, namespace: "build" }));
      onLoad({ filter: /.*/, namespace: "build" }, ({ path }) => ({ contents: virtual[path] }));
    },
  };
}

/** Leaves the import of another entry as it is: it stands beside. */
function beside(name) {
  return {
    name: "beside",
    setup({ onResolve }) {
      onResolve({ filter: new RegExp(`/${name}\\.ts$`) }, ({ importer }) =>
        importer.endsWith("/package/element.ts") ? { path: `./${name}.js`, external: true } : null,
      );
    },
  };
}

/** Declarations for every entry, and those of the ABI, which stand outside of www. */
async function types() {
  const out = `${LIB}/types`;
  execFileSync(here("node_modules/.bin/tsc"), ["-p", here("tsconfig.package.json")], {
    stdio: "inherit",
  });
  for (const name of ["types", "imports"]) {
    await cp(here(`../wasm/module/src/${name}.d.ts`), `${out}/abi/${name}.d.ts`);
  }
  for (const file of await readdir(out, { recursive: true })) {
    if (!file.endsWith(".d.ts")) continue;
    const text = await readFile(`${out}/${file}`, "utf8");
    const mended = text
      .replaceAll(/"\.\.\/\.\.\/wasm\/module\/src\/(\w+)\.d\.ts"/g, '"./abi/$1.js"')
      .replaceAll(/"(\.{1,2}\/[^"]+)\.ts"/g, '"$1.js"');
    await writeFile(`${out}/${file}`, mended);
  }
}
