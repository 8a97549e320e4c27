// Starts the real binary as `verbatim dev` on a port of its own with an empty data folder, and
// speaks to its HTTP API as any other program would.
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

export const BIN =
  process.env["VERBATIM_BIN"] ??
  fileURLToPath(new URL("../../target/debug/verbatim", import.meta.url));

/** The first line that `verbatim dev --json` prints. */
export interface Ready {
  listening: string;
  sign_in: string;
  api_key: string;
  fake_twilio: string;
  fake_account: { account_sid: string; auth_token: string };
}

export class Host {
  private constructor(
    private readonly child: ChildProcess,
    private readonly data: string,
    readonly ready: Ready,
  ) {}

  /** With templates to begin with, or with a project that fills them, as a newcomer has it. */
  static async start(examples: "templates" | "project" = "templates"): Promise<Host> {
    const data = await mkdtemp(join(tmpdir(), "verbatim-browser-"));
    const child = spawn(
      BIN,
      ["dev", "--listen", "127.0.0.1:0", "--data", data, "--examples", examples, "--json"],
      { stdio: ["ignore", "pipe", "inherit"] },
    );
    const lines = createInterface({ input: child.stdout });
    const [line] = (await Promise.race([
      once(lines, "line"),
      once(child, "exit").then(([code]) => {
        throw new Error(`expected ${BIN} to say that it is ready, but it ended with ${code}`);
      }),
    ])) as [string];
    return new Host(child, data, JSON.parse(line));
  }

  /** The file of its database. */
  get database(): string {
    return join(this.data, "verbatim.db");
  }

  async stop(): Promise<void> {
    if (this.child.exitCode === null) {
      const gone = once(this.child, "exit");
      this.child.kill("SIGTERM");
      await gone;
    }
    await rm(this.data, { recursive: true, force: true });
  }

  /** `GET` as a program with the API key. */
  async get<T>(path: string): Promise<T> {
    return this.call("GET", path);
  }

  async call<T>(method: string, path: string, body?: object): Promise<T> {
    const answer = await fetch(new URL(path, this.ready.listening), {
      method,
      headers: {
        authorization: `Bearer ${this.ready.api_key}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${text}`);
    return text === "" ? (undefined as T) : JSON.parse(text);
  }
}

/** What `verbatim module --json` says of the module inside the binary. */
export async function embeddedModule(): Promise<{ sha256: string }> {
  const { stdout } = await promisify(execFile)(BIN, ["module", "--json"]);
  return JSON.parse(stdout);
}
