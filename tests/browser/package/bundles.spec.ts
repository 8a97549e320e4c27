// The package in a browser: plain scripts, esbuild and Vite; each page forbids what it can.
import { cp } from "node:fs/promises";
import { build as esbuild } from "esbuild";
import { build as vite, createServer } from "vite";
import { expect, test } from "./fixtures.ts";
import { WITH_STYLES } from "./project.ts";

const PAGE = `<!doctype html><html lang="en"><head><title>Test</title><link rel="icon" href="data:,">
<script type="module" src="SCRIPT"></script></head><body><output></output></body></html>`;

const SHOW = `
const { text } = engine.preview({ body: "Hi \${a}", values: { variant: { a: "Zoé 👋" } } });
document.querySelector("output").textContent = text + " " + engine.segments(text).encoding;`;

const SHOWN = "Hi Zoé 👋 UCS-2";

test("a plain script imports it by its address", async ({ project, serve, page }) => {
  await project.write("plain/index.html", PAGE.replace("SCRIPT", "main.js"));
  await project.write(
    "plain/main.js",
    `import { load } from "/node_modules/verbatim-sms/lib/index.js"; const engine = await load();${SHOW}`,
  );
  const site = await serve("");
  await page.goto(`${site.address}/plain/`);
  await expect(page.locator("output")).toHaveText(SHOWN);
});

test("a plain script asks a worker, under Trusted Types", async ({ project, serve, page }) => {
  await project.write("worker/index.html", PAGE.replace("SCRIPT", "main.js"));
  await project.write(
    "worker/main.js",
    `import { load, VerbatimError } from "/node_modules/verbatim-sms/lib/worker.js";
    const engine = await load();
    const [counted, checked, refused] = await Promise.all([
      engine.segments("It’s"),
      engine.check({ body: "{{ entity:x }}" }),
      engine.render({ body: "{{entity:x}}", values: {} }).catch((error) => error),
    ]);
    const slip = await engine.check({ body: "x", domains: undefined }).catch((error) => error.name);
    const again = await load("/node_modules/verbatim-sms/lib/verbatim.wasm");
    again.close();
    const said = [counted.encoding, checked.diagnostics[0].code, refused instanceof VerbatimError,
      refused.code, refused.detail.missing[0].name, slip, engine.sha256.length];
    document.querySelector("output").textContent = said.join(" ");`,
  );
  const site = await serve("");
  await page.goto(`${site.address}/worker/`);
  await expect(page.locator("output")).toHaveText("UCS-2 V013 true V020 x TypeError 64");
});

test("esbuild bundles the module inside", async ({ project, serve, page }) => {
  await project.write("esbuild/index.html", PAGE.replace("SCRIPT", "out.js"));
  const entry = await project.write(
    "esbuild/main.js",
    `import { load } from "verbatim-sms/inline"; const engine = await load();${SHOW}`,
  );
  const outfile = project.path("esbuild/out.js");
  await esbuild({ entryPoints: [entry], outfile, bundle: true, format: "esm", logLevel: "error" });
  const site = await serve("esbuild");
  await page.goto(site.address);
  await expect(page.locator("output")).toHaveText(SHOWN);
});

test("esbuild bundles the element, and the module is copied beside it", async ({
  project,
  serve,
  page,
}) => {
  await project.write("beside/index.html", PAGE.replace("SCRIPT", "out.js"));
  const entry = await project.write(
    "beside/main.js",
    `import "verbatim-sms/element"; document.body.append(document.createElement("verbatim-editor"));`,
  );
  const outfile = project.path("beside/out.js");
  await esbuild({ entryPoints: [entry], outfile, bundle: true, format: "esm", logLevel: "error" });
  const wasm = "node_modules/verbatim-sms/lib/verbatim.wasm";
  await cp(project.path(wasm), project.path("beside/verbatim.wasm"));
  const site = await serve("beside");
  await page.goto(site.address);
  await expect(page.getByRole("textbox", { name: "Body" })).toBeVisible();
});

const VITE = `import "verbatim-sms/element";
import { load as inWorker } from "verbatim-sms/worker";
import { load } from "verbatim-sms"; const engine = await load();
document.body.append(document.createElement("verbatim-editor"));
await (await inWorker()).describe();${SHOW}`;

test("Vite builds it, with element and worker", async ({ project, serve, page }) => {
  await project.write("vite/index.html", PAGE.replace("SCRIPT", "./main.js"));
  await project.write("vite/main.js", VITE);
  const root = project.path("vite");
  await vite({ root, logLevel: "error", configFile: false, build: { chunkSizeWarningLimit: 9999 } });
  const site = await serve("vite/dist");
  await page.goto(site.address);
  await expect(page.locator("output")).toHaveText(SHOWN);
  await expect(page.getByRole("textbox", { name: "Body" })).toBeVisible();
});

test("Vite serves it while one develops", async ({ project, page }) => {
  await project.write("vite-dev/index.html", PAGE.replace("SCRIPT", "./main.js"));
  await project.write("vite-dev/main.js", VITE);
  const server = await createServer({
    root: project.path("vite-dev"),
    configFile: false,
    logLevel: "error",
    server: { host: "127.0.0.1", port: 0, hmr: false },
    // Its prepared copies of packages stand apart from the files beside them.
    optimizeDeps: { exclude: ["verbatim-sms"] },
  });
  await server.listen();
  const [address] = server.resolvedUrls?.local ?? [];
  await page.goto(address ?? "");
  await expect(page.locator("output")).toHaveText(SHOWN);
  await page.goto("about:blank");
  await server.close();
});

test("the example in plain HTML is a field of its form", async ({ serve, page }) => {
  const site = await serve("");
  await page.goto(`${site.address}/examples/plain/`);
  const body = page.getByRole("textbox", { name: "Body" });
  await expect(page.getByTestId("preview-text")).toHaveText(/^Hi Ana, your table at /);
  await expect(page.getByTestId("worst")).toContainText("at worst 2 segments in UCS-2");
  await body.fill("");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByLabel("Saved"), "a body is required").toHaveText("");
  await body.fill("Hi {{ entity:guest }}");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByLabel("Saved"), "a body with errors is not valid").toHaveText("");
  await body.press("ControlOrMeta+.");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByLabel("Saved")).toHaveText("Hi {{entity:guest}}");
});

test("the example in CodeMirror marks, completes and mends", async ({ project, serve, page }) => {
  const root = project.path("examples/codemirror");
  await vite({ root, logLevel: "error", configFile: false });
  const site = await serve("examples/codemirror/dist", WITH_STYLES);
  await page.goto(site.address);
  const body = page.getByRole("textbox", { name: "Body" });
  await expect(page.locator(".vb-variant")).toHaveText("${restaurant}");
  await expect(page.locator(".vb-forces")).toHaveText("’");
  await expect(page.locator(".cm-lintRange-error")).toHaveText("{{ entity:guest }}");
  await page.locator(".cm-lintRange-error").hover();
  await page.getByRole("button", { name: "write {{entity:guest}}" }).click();
  await expect(page.locator(".vb-entity")).toHaveText("{{entity:guest}}");
  await expect(page.getByRole("status")).toContainText("1 × UCS-2, 31 units: Hi Ana, it’s booked");
  await body.press("ControlOrMeta+End");
  await body.pressSequentially(" {{ti");
  await page.getByRole("option", { name: "time" }).click();
  await expect(page.locator(".vb-entity").nth(1)).toHaveText("{{entity:time}}");
  await body.press("ControlOrMeta+a");
  await page.keyboard.insertText("a".repeat(161));
  await expect(page.locator(".vb-begins")).toHaveAttribute("data-segment", "2");
  await expect(page.locator(".vb-gutter")).toContainText("1–2");
});

test("the example in Monaco marks, completes and mends", async ({ project, serve, page }) => {
  const root = project.path("examples/monaco");
  const build = { chunkSizeWarningLimit: 9999 };
  await vite({ root, logLevel: "error", configFile: false, build });
  const site = await serve("examples/monaco/dist", WITH_STYLES);
  await page.goto(site.address);
  await expect(page.locator(".vb-variant")).toHaveText("${restaurant}");
  await expect(page.locator(".vb-forces")).toHaveText("’");
  await expect(page.locator(".squiggly-error")).toBeVisible();
  await page.locator(".view-line").click({ position: { x: 60, y: 8 } });
  await page.keyboard.press("ControlOrMeta+.");
  await page.getByText("write {{entity:guest}}").click();
  await expect(page.locator(".vb-entity")).toHaveText("{{entity:guest}}");
  await expect(page.getByRole("status")).toContainText("1 × UCS-2, 31 units");
  await page.keyboard.press("ControlOrMeta+End");
  await page.keyboard.type(" {{ti");
  await page.locator(".suggest-widget").getByText("time").first().click();
  await expect(page.locator(".vb-entity").nth(1)).toHaveText("{{entity:time}}");
});
