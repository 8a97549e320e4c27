// Stands before a host, and breaks what it is told to break.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/**
 * What becomes of one request. `answer lost`: the host is asked, and the connection ends instead of
 * its answer; `answer cut`: in the middle of it; `silence`: nothing, until the client gives up;
 * `bad gateway`, `page`: something before the host answers in its place.
 */
export type Fault = "answer lost" | "answer cut" | "silence" | "bad gateway" | "page";

export class BrokenProxy {
  /** Each breaks one request, in their order. */
  faults: Fault[] = [];
  readonly requests: { method: string; path: string; key: string | undefined }[] = [];

  private constructor(
    private readonly server: Server,
    readonly address: string,
  ) {}

  static async before(host: string): Promise<BrokenProxy> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const proxy = new BrokenProxy(server, `http://127.0.0.1:${port}`);
    server.on("request", (request, response) => proxy.pass(host, request, response));
    return proxy;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async pass(
    host: string,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const { method = "", url: path = "" } = request;
    const key = request.headers["idempotency-key"]?.toString();
    this.requests.push({ method, path, key });
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const fault = this.faults.shift();
    if (fault === "silence") return;
    if (fault === "bad gateway") return void response.writeHead(502).end("<p>Bad gateway");
    if (fault === "page") {
      return void response.writeHead(200, { "content-type": "text/html" }).end("<p>Welcome");
    }
    const answer = await fetch(new URL(path, host), {
      method,
      headers: {
        authorization: request.headers.authorization ?? "",
        ...(key === undefined ? {} : { "idempotency-key": key }),
        ...(chunks.length === 0 ? {} : { "content-type": "application/json" }),
      },
      ...(chunks.length === 0 ? {} : { body: Buffer.concat(chunks) }),
    });
    const body = Buffer.from(await answer.arrayBuffer());
    if (fault === "answer lost") return void request.socket.destroy();
    response.writeHead(answer.status, {
      "content-type": answer.headers.get("content-type") ?? "",
      "content-length": body.length,
    });
    if (fault !== "answer cut") return void response.end(body);
    response.write(body.subarray(0, body.length / 2), () => request.socket.destroy());
  }
}
