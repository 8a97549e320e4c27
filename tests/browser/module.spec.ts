// The page runs the module that the host sends with, or nothing.
import { expect, test } from "./console.ts";
import { embeddedModule } from "./host.ts";

test("the page hashes the bytes that it instantiates", async ({ page, host }) => {
  // Watches WebAssembly itself, from before the page's first script.
  await page.addInitScript(() => {
    const seen: string[] = [];
    Object.assign(globalThis, { instantiatedHashes: seen });
    const hex = (digest: ArrayBuffer) =>
      Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
    const original = WebAssembly.instantiate;
    WebAssembly.instantiate = (async (source: BufferSource, imports: WebAssembly.Imports) => {
      seen.push(hex(await crypto.subtle.digest("SHA-256", source)));
      return original(source, imports);
    }) as typeof WebAssembly.instantiate;
  });
  await page.reload();
  const shown = await page.getByTestId("module-sha256").textContent();
  const hashes = await page.evaluate(
    () => (globalThis as unknown as { instantiatedHashes: string[] }).instantiatedHashes,
  );
  expect(hashes).toEqual([shown]);
  expect((await embeddedModule()).sha256).toBe(shown);
  expect((await host.get<{ sha256: string }>("/v1/module")).sha256).toBe(shown);
});

test("a module with one byte changed is refused and never run", async ({ page }) => {
  await page.route("**/verbatim.wasm", async (route) => {
    const answer = await route.fetch();
    const bytes = await answer.body();
    const at = Math.floor(bytes.length / 2);
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    await route.fulfill({ response: answer, body: bytes });
  });
  let glueAsked = false;
  await page.route("**/verbatim.js", (route) => {
    glueAsked = true;
    return route.continue();
  });
  await page.reload();
  const alert = page.getByRole("alert");
  await expect(alert).toContainText(/expected the module [0-9a-f]{64} .*nothing was run/);
  await expect(page.getByRole("navigation")).toHaveCount(0);
  await expect(page.getByTestId("module-sha256")).toHaveCount(0);
  expect(glueAsked, "not even its glue is fetched").toBe(false);
});
