// A template as the fragment of an address, which no server ever sees: JSON in Base64 for URLs.
import type { Domains, Values } from "../types.ts";

export interface Shared {
  body: string;
  values: Values;
  /** What the tokens may hold; as JSON, as its writer left it. */
  domains: string;
}

/** A link that is longer was made by nobody's editor. */
const LONGEST = 100_000;

export function toFragment(shared: Shared): string {
  const bytes = new TextEncoder().encode(JSON.stringify(shared));
  const binary = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  return `#${btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "")}`;
}

/** Null for what is none; a stranger wrote it, so only strings where strings belong get through. */
export function fromFragment(hash: string): Shared | null {
  const packed = hash.replace(/^#/, "");
  if (packed === "" || packed.length > LONGEST) return null;
  try {
    const binary = atob(packed.replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = Uint8Array.from(binary, (char) => char.charCodeAt(0));
    const found = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    const { body, domains } = found;
    if (typeof body !== "string" || typeof domains !== "string") return null;
    return { body, domains, values: valuesOf(found.values) };
  } catch {
    return null;
  }
}

function valuesOf(found: unknown): Values {
  const values: Values = {};
  if (typeof found !== "object" || found === null) return values;
  for (const kind of ["variant", "entity", "variable", "translation"] as const) {
    const known = (found as Record<string, unknown>)[kind];
    if (typeof known !== "object" || known === null) continue;
    const strings = Object.entries(known).filter(([, value]) => typeof value === "string");
    values[kind] = Object.fromEntries(strings);
  }
  return values;
}

/** Null while it is no JSON; what is wrong with its content, the module says. */
export function domainsOf(text: string): Domains | null {
  try {
    const found = JSON.parse(text);
    return typeof found === "object" ? found : null;
  } catch {
    return null;
  }
}
