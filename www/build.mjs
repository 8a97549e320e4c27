// Builds the console into dist/: a script and its parts, one style sheet, one page, all
// static.
// `/verbatim.js` and `/verbatim.wasm` are not part of it: the host serves the module that it
// sends with, and the page fetches that very file when it runs.
import { cp, mkdir, rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

await rm(here("dist"), { recursive: true, force: true });
await mkdir(here("dist"), { recursive: true });
await build({
  entryPoints: { app: here("src/app.ts"), app_css: here("src/app.css") },
  outdir: here("dist"),
  entryNames: "app",
  bundle: true,
  format: "esm",
  // What only some page needs is a file of its own, which that page loads.
  splitting: true,
  target: "es2022",
  minify: true,
  legalComments: "linked",
  logLevel: "warning",
});
await cp(here("public"), here("dist"), { recursive: true });
