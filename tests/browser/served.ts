// A `verbatim serve` as its operator starts it on the first day: an empty database, an API key, no
// account and no sender. What it takes for Twilio is the fake of a `verbatim dev` beside it.
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { BIN, type Ready } from "./host.ts";

const run = promisify(execFile);

export class Served {
  private constructor(
    private readonly child: ChildProcess,
    private readonly data: string,
    readonly address: string,
    readonly key: string,
  ) {}

  static async start({ fake_twilio }: Ready): Promise<Served> {
    const data = await mkdtemp(join(tmpdir(), "verbatim-served-"));
    const database = ["--database", join(data, "verbatim.db")];
    await run(BIN, ["migrate", ...database]);
    const made = await run(BIN, ["keys", "create", "my first key", "--json", ...database]);
    // Twilio must know where to report to before the host listens there.
    const listen = `127.0.0.1:${await freePort()}`;
    const address = `http://${listen}/`;
    const twilio = ["--twilio-url", fake_twilio, "--public-url", address];
    const args = ["serve", "--json", "--listen", listen, ...database, ...twilio];
    const child = spawn(BIN, args, { stdio: ["ignore", "pipe", "ignore"] });
    await once(createInterface({ input: child.stdout }), "line");
    return new Served(child, data, address, JSON.parse(made.stdout).key);
  }

  async stop(): Promise<void> {
    const gone = once(this.child, "exit");
    this.child.kill("SIGTERM");
    await gone;
    await rm(this.data, { recursive: true, force: true });
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
