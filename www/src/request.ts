// What may be asked of the module: JSON, and nothing that JSON would drop or bend in silence. A
// field that is `undefined` is a slip (a name mistyped, a value not loaded yet), so it is refused.

/** A request that was looked through. */
export type Plain<T> = T;

/** The request itself, or a copy where a string holds half a surrogate pair. */
export function plain<T extends object>(op: string, request: T): Plain<T> {
  if (typeof request !== "object" || request === null) {
    throw new TypeError(`expected \`${op}\` to be asked with an object, found ${kind(request)}`);
  }
  return looked(op, "", request) as T;
}

function looked(op: string, path: string, value: unknown): unknown {
  switch (typeof value) {
    case "string":
      return wellFormed(value);
    case "boolean":
      return value;
    case "number":
      if (Number.isFinite(value)) return value;
      throw refused(op, path, String(value), "a whole number");
    case "object":
      return value === null ? null : inside(op, path, value);
    case "undefined":
      throw refused(op, path, "undefined", "a value, or no such field");
    default:
      throw refused(op, path, kind(value), "a value that JSON knows");
  }
}

function inside(op: string, path: string, value: object): unknown {
  let copy: Record<string, unknown> | null = null;
  for (const [name, one] of Object.entries(value)) {
    const seen = looked(op, path === "" ? name : `${path}.${name}`, one);
    if (seen === one) continue;
    copy ??= (Array.isArray(value) ? [...value] : { ...value }) as Record<string, unknown>;
    copy[name] = seen;
  }
  return copy ?? value;
}

/** Half a surrogate pair is no character: it becomes U+FFFD, as wherever text leaves JavaScript. */
function wellFormed(text: string): string {
  return LONE_SURROGATE.test(text) ? text.replace(ALL_LONE_SURROGATES, "\uFFFD") : text;
}

const LONE_SURROGATE = /\p{Surrogate}/u;
const ALL_LONE_SURROGATES = /\p{Surrogate}/gu;

function refused(op: string, path: string, found: string, expected: string): TypeError {
  return new TypeError(`expected \`${path}\` of \`${op}\` to be ${expected}, found ${found}`);
}

function kind(value: unknown): string {
  if (value === null) return "null";
  return value === undefined ? "undefined" : `a ${typeof value}`;
}
