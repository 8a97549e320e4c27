// A `verbatim serve` whose environment gives no Twilio account, and what it takes for Twilio: a
// server that knows one account and its token.
import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import type { Route } from "@playwright/test";
import { BIN } from "./host.ts";

const run = promisify(execFile);

export class Unconnected {
  readonly sid = `AC${"0".repeat(31)}1`;
  readonly token = "the-token-of-the-account";
  #twilio!: Server;
  #child!: ChildProcess;
  #data = "";
  #address = "";
  #key = "";

  static async start(): Promise<Unconnected> {
    const host = new Unconnected();
    await host.#start();
    return host;
  }

  async #start(): Promise<void> {
    const right = `Basic ${Buffer.from(`${this.sid}:${this.token}`).toString("base64")}`;
    this.#twilio = createServer((request, response) => {
      const known = request.headers.authorization === right;
      response.writeHead(known ? 200 : 401, { "content-type": "application/json" });
      const account = { friendly_name: "A friendly name", status: "active", type: "Full" };
      response.end(JSON.stringify(known ? account : { code: 20003 }));
    }).listen(0, "127.0.0.1");
    await once(this.#twilio, "listening");
    const { port } = this.#twilio.address() as AddressInfo;

    this.#data = await mkdtemp(join(tmpdir(), "verbatim-serve-"));
    const database = ["--database", join(this.#data, "verbatim.db")];
    await run(BIN, ["migrate", ...database]);
    const { stdout } = await run(BIN, ["keys", "create", "browser", "--json", ...database]);
    this.#key = JSON.parse(stdout).key;
    const twilio = ["--twilio-url", `http://127.0.0.1:${port}`, "--public-url", "http://127.0.0.1:1"];
    const args = ["serve", "--json", "--listen", "127.0.0.1:0", ...database, ...twilio];
    this.#child = spawn(BIN, args, { stdio: ["ignore", "pipe", "ignore"] });
    const [line] = await once(createInterface({ input: this.#child.stdout as never }), "line");
    this.#address = JSON.parse(line).listening;
  }

  /** Answers a browser's request in the place of the host that it asked. */
  async answer(route: Route): Promise<void> {
    const request = route.request();
    const body = request.postData();
    const answer = await fetch(new URL(new URL(request.url()).pathname, this.#address), {
      method: request.method(),
      headers: {
        authorization: `Bearer ${this.#key}`,
        ...(body === null ? {} : { "content-type": "application/json" }),
      },
      ...(body === null ? {} : { body }),
    });
    await route.fulfill({
      status: answer.status,
      contentType: answer.headers.get("content-type") ?? "",
      body: await answer.text(),
    });
  }

  async stop(): Promise<void> {
    const gone = once(this.#child, "exit");
    this.#child.kill("SIGTERM");
    await gone;
    this.#twilio.close();
    this.#twilio.closeAllConnections();
    await rm(this.#data, { recursive: true, force: true });
  }
}
