// Debian's WebKit, by WebDriver on a screen of its own: Playwright drives no WebKit but its own
// build, which is not Debian's. Source: https://www.w3.org/TR/webdriver2/
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { createServer } from "node:net";
import { createInterface } from "node:readline";

/** Under this name an answer gives an element. */
const ELEMENT = "element-6066-11e4-a52e-4f735466cecf";
const CONTROL = "\uE009";
const SOON_MS = 10_000;

export class WebKit {
  #session = "";

  private constructor(
    private readonly screen: ChildProcess,
    private readonly driver: ChildProcess,
    private readonly address: string,
  ) {}

  static async start(): Promise<WebKit> {
    const screen = spawn("Xvfb", ["-displayfd", "3", "-screen", "0", "1280x900x24"], {
      stdio: ["ignore", "ignore", "ignore", "pipe"],
    });
    const [display] = await once(createInterface({ input: screen.stdio[3] as never }), "line");
    const port = await freePort();
    const driver = spawn("WebKitWebDriver", [`--port=${port}`, "--host=127.0.0.1"], {
      stdio: "ignore",
      env: { ...process.env, DISPLAY: `:${display}` },
    });
    const browser = new WebKit(screen, driver, `http://127.0.0.1:${port}`);
    await until("WebKitWebDriver answers", () => browser.#ask<{ ready: boolean }>("GET", "/status"));
    const options = { binary: miniBrowser(), args: ["--automation"] };
    const { sessionId } = await browser.#ask<{ sessionId: string }>("POST", "/session", {
      capabilities: { alwaysMatch: { "webkitgtk:browserOptions": options } },
    });
    browser.#session = `/session/${sessionId}`;
    return browser;
  }

  async open(url: string): Promise<void> {
    await this.#ask("POST", `${this.#session}/url`, { url });
  }

  /** What an expression of JavaScript comes to in the page. */
  async evaluate<T>(expression: string, ...args: unknown[]): Promise<T> {
    const script = `return (${expression});`;
    return this.#ask<T>("POST", `${this.#session}/execute/sync`, { script, args });
  }

  /** Clicks what an expression comes to, as a person does. */
  async click(expression: string): Promise<void> {
    const found = await until(`${expression} is there`, () =>
      this.evaluate<Record<string, string> | null>(expression),
    );
    await this.#ask("POST", `${this.#session}/element/${found[ELEMENT]}/click`, {});
  }

  /** Types into what has the focus; WebDriver's code points stand for keys that are no letters. */
  async type(text: string): Promise<void> {
    const actions = Array.from(text).flatMap((value) => [
      { type: "keyDown", value },
      { type: "keyUp", value },
    ]);
    await this.#keys(actions);
  }

  async selectAll(): Promise<void> {
    const held = (type: string, value: string) => ({ type, value });
    await this.#keys([
      held("keyDown", CONTROL),
      held("keyDown", "a"),
      held("keyUp", "a"),
      held("keyUp", CONTROL),
    ]);
  }

  async #keys(actions: { type: string; value: string }[]): Promise<void> {
    await this.#ask("POST", `${this.#session}/actions`, {
      actions: [{ type: "key", id: "keys", actions }],
    });
  }

  async stop(): Promise<void> {
    if (this.#session !== "") await this.#ask("DELETE", this.#session);
    this.driver.kill();
    this.screen.kill();
  }

  async #ask<T>(method: string, path: string, body?: object): Promise<T> {
    const answer = await fetch(this.address + path, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const { value } = (await answer.json()) as { value: T };
    if (!answer.ok) throw new Error(`${method} ${path}: ${JSON.stringify(value)}`);
    return value;
  }
}

/** Asks until the answer is something; whatever fails meanwhile may come right. */
async function until<T>(what: string, ask: () => Promise<T | null>): Promise<T> {
  const end = Date.now() + SOON_MS;
  for (;;) {
    const found = await ask().catch((cause: Error) => (Date.now() > end ? Promise.reject(cause) : null));
    if (found !== null) return found;
    if (Date.now() > end) throw new Error(`expected that ${what} within ${SOON_MS} ms`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Debian's folders name the machine's kind and the library's version. */
function miniBrowser(): string {
  const within = (folder: string, name: RegExp) =>
    readdirSync(folder).filter((one) => name.test(one)).map((one) => `${folder}/${one}`);
  const [found] = within("/usr/lib", /-linux-gnu$/).flatMap((one) => within(one, /^webkit2gtk-\d/));
  if (found === undefined) throw new Error("expected WebKitGTK: apt-get install webkit2gtk-driver");
  return `${found}/MiniBrowser`;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}
