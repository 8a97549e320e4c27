// An empty project with the packed package in it, as somebody has it who ran `npm install`; and a
// server for what is built there. One project for a whole run.
import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const WWW = fileURLToPath(new URL("../../../www", import.meta.url));
/** What a page with CodeMirror or Monaco has anyhow; taken from where it is installed already. */
const PEERS = ["@codemirror", "monaco-editor"];

const run = promisify(execFile);

export class Project {
  private constructor(readonly folder: string) {}

  /** Packs, and installs what was packed; no registry is asked. */
  static async install(): Promise<Project> {
    const folder = await mkdtemp(join(tmpdir(), "verbatim-package-"));
    const { stdout } = await run("npm", ["pack", WWW, "--silent", "--pack-destination", folder]);
    const manifest = { name: "empty", private: true, type: "module" };
    await writeFile(join(folder, "package.json"), JSON.stringify(manifest));
    const install = ["install", "--offline", "--no-audit", "--no-fund", `./${stdout.trim()}`];
    await run("npm", install, { cwd: folder });
    for (const peer of PEERS) {
      await symlink(join(WWW, "node_modules", peer), join(folder, "node_modules", peer));
    }
    await cp(join(WWW, "examples"), join(folder, "examples"), { recursive: true });
    return new Project(folder);
  }

  path(...parts: string[]): string {
    return join(this.folder, ...parts);
  }

  async write(name: string, text: string): Promise<string> {
    await mkdir(join(this.folder, name, ".."), { recursive: true });
    await writeFile(this.path(name), text);
    return this.path(name);
  }

  /** Runs a script with Node, and gives what it printed. */
  async node(name: string, text: string, environment: NodeJS.ProcessEnv = {}): Promise<string> {
    const options = { cwd: this.folder, env: { ...process.env, ...environment } };
    const { stdout } = await run("node", [await this.write(name, text)], options);
    return stdout;
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** What a strict page says of itself, and all that the editor needs. */
export const STRICT =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; connect-src 'self'; " +
  "worker-src 'self'; img-src data:; base-uri 'none'; require-trusted-types-for 'script'; " +
  "trusted-types lit-html verbatim-sms";

/** For editors that bring styles of their own into the document. */
export const WITH_STYLES =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; " +
  "connect-src 'self'; worker-src 'self'; font-src 'self' data:; img-src 'self' data:; base-uri 'none'";

const TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".wasm": "application/wasm",
  ".svg": "image/svg+xml",
  ".ttf": "font/ttf",
};

/** The files of a folder over HTTP, under one content security policy. */
export class Site {
  private constructor(
    private readonly server: Server,
    readonly address: string,
  ) {}

  static async serve(folder: string, policy: string): Promise<Site> {
    const server = createServer(async (request, response) => {
      const path = normalize(new URL(request.url ?? "/", "http://localhost").pathname);
      const name = path.endsWith("/") ? `${path}index.html` : path;
      const bytes = await readFile(join(folder, name)).catch(() => null);
      response.writeHead(bytes === null ? 404 : 200, {
        "content-type": TYPES[extname(name)] ?? "application/octet-stream",
        ...(policy === "" ? {} : { "content-security-policy": policy }),
      });
      response.end(bytes);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    return new Site(server, `http://127.0.0.1:${port}`);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
