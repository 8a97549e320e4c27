// A real Chromium against a real `verbatim dev`: `npm test`; all of it in Firefox: `npm run firefox`;
// what `cargo xtask test` runs in Firefox and in WebKit: `npm run browsers`. `npm run screenshots`
// draws every page, `npm run pictures` those of the README.
// CHROMIUM and FIREFOX name the browsers (Debian's by default; none is ever downloaded),
// VERBATIM_BIN the host.
import { fileURLToPath } from "node:url";
import { defineConfig, devices } from "@playwright/test";

// The tests of the npm package; whole, because a folder above may have the same name.
const PACKAGE = fileURLToPath(new URL("package", import.meta.url));
const WEBKIT = fileURLToPath(new URL("webkit", import.meta.url));
const ELSEWHERE = [`${PACKAGE}/**`, `${WEBKIT}/**`];

/** Debian's, by WebDriver BiDi; Playwright 1.65 asks it for what it does not know yet. */
const firefox = {
  ...devices["Desktop Firefox"],
  browserName: "firefox" as const,
  viewport: { width: 1280, height: 900 },
  launchOptions: {
    channel: "moz-firefox",
    executablePath: process.env["FIREFOX"] ?? "/usr/bin/firefox-esr",
  },
};

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
    { name: "browser", testMatch: "*.spec.ts", testIgnore: ELSEWHERE },
    {
      name: "browser in firefox",
      testMatch: "*.spec.ts",
      // Driven so, Enter on a summary and on a button that opens a dialog comes to nothing late in
      // that walk: its keydown and keypress arrive, and Firefox makes no click of them. Pressed
      // alone, each does what it should. Why is not known.
      testIgnore: [...ELSEWHERE, "keyboard.spec.ts"],
      use: firefox,
    },
    {
      name: "package in firefox",
      testDir: PACKAGE,
      testMatch: ["editor.spec.ts", "playground.spec.ts"],
      use: firefox,
    },
    { name: "webkit", testDir: WEBKIT, testMatch: "*.spec.ts" },
    { name: "package", testDir: PACKAGE, testMatch: "*.spec.ts" },
    { name: "screenshots", testMatch: "**/*.shots.ts", testIgnore: "readme.shots.ts" },
    { name: "pictures", testMatch: "readme.shots.ts" },
  ],
});
