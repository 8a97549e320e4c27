// A real Chromium against a real `verbatim dev`: `npm test`; `npm run screenshots` draws every page,
// `npm run pictures` those of the README.
// CHROMIUM names the browser (Debian's by default; none is ever downloaded), VERBATIM_BIN the host.
import { fileURLToPath } from "node:url";
import { defineConfig, devices } from "@playwright/test";

// The tests of the npm package; whole, because a folder above may have the same name.
const PACKAGE = fileURLToPath(new URL("package", import.meta.url));

const chromium = {
  ...devices["Desktop Chrome"],
  viewport: { width: 1280, height: 900 },
  launchOptions: {
    executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
    // As root, as in CI, Chromium starts without its sandbox or not at all.
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
  },
};

export default defineConfig({
  testDir: ".",
  outputDir: "results",
  timeout: 60_000,
  expect: { timeout: 10_000 },
  fullyParallel: false,
  workers: 1,
  retries: 0,
  forbidOnly: process.env["CI"] !== undefined,
  reporter: [["list"]],
  use: { ...chromium, trace: "retain-on-failure", locale: "en-GB" },
  projects: [
    { name: "browser", testMatch: "*.spec.ts", testIgnore: `${PACKAGE}/**` },
    { name: "package", testDir: PACKAGE, testMatch: "*.spec.ts" },
    { name: "screenshots", testMatch: "**/*.shots.ts", testIgnore: "readme.shots.ts" },
    { name: "pictures", testMatch: "readme.shots.ts" },
  ],
});
