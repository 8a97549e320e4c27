// The fixtures: the installed package, sites made of it, and a page whose complaints fail the test.
import { test as base, expect } from "@playwright/test";
import { listen } from "../console.ts";
import { Project, Site, STRICT } from "./project.ts";

interface Fixtures {
  /** Serves a folder of the project until the test ends. */
  serve(folder: string, policy?: string): Promise<Site>;
}

export const test = base.extend<Fixtures, { project: Project }>({
  project: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads a fixture's needs from it
    async ({}, use) => {
      const project = await Project.install();
      await use(project);
      await project.remove();
    },
    { scope: "worker" },
  ],
  serve: async ({ project }, use) => {
    const sites: Site[] = [];
    await use(async (folder, policy = STRICT) => {
      const site = await Site.serve(project.path(folder), policy);
      sites.push(site);
      return site;
    });
    for (const site of sites) await site.stop();
  },
  page: async ({ page }, use) => {
    const complaints = listen(page);
    await use(page);
    expect(complaints, "the browser complained").toEqual([]);
  },
});

export { expect } from "@playwright/test";
