// The module's bytes: fetched, hashed, and compared with what was expected before they run.
import { ModuleRefused } from "./verbatim.ts";

/** Over HTTP; throws `ModuleRefused` when the address does not answer with them. */
export async function fetchBytes(address: string | URL, cache: RequestCache): Promise<ArrayBuffer> {
  const answer = await fetch(address, { cache }).catch((cause) => {
    throw new ModuleRefused(`expected the module at ${address}, but the host cannot be reached`, {
      cause,
    });
  });
  if (!answer.ok) {
    throw new ModuleRefused(
      `expected the module at ${address}, but the host answered ${answer.status}`,
    );
  }
  return answer.arrayBuffer();
}

/** SHA-256, lower-case hex. */
export async function hash(bytes: BufferSource): Promise<string> {
  // Browsers give `crypto.subtle` to HTTPS and to loopback addresses only.
  if (globalThis.crypto?.subtle === undefined) {
    throw new ModuleRefused(
      "expected a secure address (https, or this machine's own) to hash the module, but this " +
        "page came over plain http; nothing was run",
    );
  }
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
