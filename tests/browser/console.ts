// The fixtures: a host for all files of tests but those that want their own, and a page that is signed in to it. Whatever the browser
// complains of (a console error, an uncaught exception, a breach of the content security policy)
// fails the test that it happened in, unless the test said that it would.
import { test as base, expect, type Page } from "@playwright/test";
import { Host } from "./host.ts";

interface Fixtures {
  /** Complaints that this test expects, as patterns of their text. */
  expected: RegExp[];
  /** Whether the page is signed in before the test begins. */
  signedIn: boolean;
}

interface OfWorkers {
  host: Host;
  /** What the host begins with. */
  examples: "templates" | "project";
  /** A name where others would find what is left behind: a host of its own. */
  alone: string;
}

export const test = base.extend<Fixtures, OfWorkers>({
  examples: ["templates", { option: true, scope: "worker" }],
  alone: ["", { option: true, scope: "worker" }],
  host: [
    async ({ examples }, use) => {
      const host = await Host.start(examples);
      await use(host);
      await host.stop();
    },
    { scope: "worker" },
  ],
  expected: [[], { option: true }],
  signedIn: [true, { option: true }],
  page: async ({ page, host, expected, signedIn }, use) => {
    const complaints = listen(page);
    if (signedIn) {
      // By the key, not by the link: the link opens one browser, once.
      const session = new URL("v1/session", host.ready.listening).href;
      await page.request.post(session, { data: { key: host.ready.api_key } });
      await page.goto(host.ready.listening);
      await expect(page.getByRole("heading", { name: "Templates" })).toBeVisible();
    }
    await use(page);
    const unexpected = complaints.filter((one) => !expected.some((pattern) => pattern.test(one)));
    expect(unexpected, "the browser complained").toEqual([]);
  },
});

/** Everything that the browser complains of from now on. */
export function listen(page: Page): string[] {
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(`uncaught: ${error.message}`));
  page.on("console", (message) => {
    // Chromium reports breaches of the policy, and of Trusted Types, as errors too.
    if (message.type() === "error" || message.type() === "warning") {
      complaints.push(`${message.type()}: ${message.text()} (${message.location().url})`);
    }
  });
  return complaints;
}

export { expect } from "@playwright/test";
