// The module is run only after its bytes hashed to what was expected.
import { afterEach, expect, test, vi } from "vitest";
import { loadFromHost, type ServedGlue } from "../src/load-from-host.ts";
import { ModuleRefused, ModuleTrapped, VerbatimError } from "../src/verbatim.ts";

const BYTES = new TextEncoder().encode("the module's bytes");
const SHA256 = "c678eede433d767168c21c8e0fd5ad8ddeddc8eb4ba69731f09821e08f13397b";

function serve(answer: Response | Error): void {
  vi.stubGlobal("fetch", async () => {
    if (answer instanceof Error) throw answer;
    return answer;
  });
}

function glue(overrides: Partial<ServedGlue> = {}) {
  const unasked = () => ({ error: { code: "V090", message: "not asked here", detail: null } });
  return {
    setHost() {},
    segmentCount: () => 1,
    describe: unasked,
    segments: unasked,
    check: unasked,
    checkPrompt: unasked,
    preview: unasked,
    render: unasked,
    complete: unasked,
    classify: unasked,
    send: unasked,
    receive: unasked,
    ...overrides,
    default: vi.fn(async () => {}),
  };
}

afterEach(() => vi.unstubAllGlobals());

test("the bytes that are instantiated are those that were hashed", async () => {
  serve(new Response(BYTES));
  const faces = glue();
  const verbatim = await loadFromHost({
    wasm: "/verbatim.wasm",
    glue: async () => faces,
    sha256: SHA256,
  });
  expect(faces.default).toHaveBeenCalledWith({ module_or_path: BYTES.buffer });
  expect(verbatim.sha256).toBe(SHA256);
  expect(verbatim.size).toBe(BYTES.byteLength);
});

test("a module with one byte changed is refused and never run", async () => {
  const changed = BYTES.slice();
  changed[3] = (changed[3] ?? 0) ^ 1;
  serve(new Response(changed));
  const faces = glue();
  const loading = loadFromHost({ wasm: "/verbatim.wasm", glue: async () => faces, sha256: SHA256 });
  await expect(loading).rejects.toThrow(ModuleRefused);
  await expect(loading).rejects.toThrow(`expected the module ${SHA256}`);
  expect(faces.default).not.toHaveBeenCalled();
});

test("a module that is not there is refused with the host's status", async () => {
  serve(new Response("", { status: 404 }));
  const loading = loadFromHost({
    wasm: "/verbatim.wasm",
    glue: async () => glue(),
    sha256: SHA256,
  });
  await expect(loading).rejects.toThrow(
    "expected the module at /verbatim.wasm, but the host answered 404",
  );
});

test("a host that cannot be reached is said to be so", async () => {
  serve(new TypeError("fetch failed"));
  const loading = loadFromHost({
    wasm: "/verbatim.wasm",
    glue: async () => glue(),
    sha256: SHA256,
  });
  await expect(loading).rejects.toThrow("the host cannot be reached");
});

test("bytes that hash well and do not run are refused", async () => {
  serve(new Response(BYTES));
  const faces = glue();
  vi.mocked(faces.default).mockRejectedValue(new Error("expected magic word"));
  const loading = loadFromHost({ wasm: "/verbatim.wasm", glue: async () => faces, sha256: SHA256 });
  await expect(loading).rejects.toThrow(ModuleRefused);
  await expect(loading).rejects.toThrow("expected magic word");
});

test("an error of the module is thrown with its code and its sentence", async () => {
  serve(new Response(BYTES));
  const verbatim = await loadFromHost({
    wasm: "/verbatim.wasm",
    glue: async () => glue(),
    sha256: SHA256,
  });
  const caught = (() => {
    try {
      return verbatim.classify("STOP");
    } catch (error) {
      return error;
    }
  })();
  expect(caught).toBeInstanceOf(VerbatimError);
  expect(caught).toMatchObject({ code: "V090", message: "not asked here", detail: null });
});

test("after a trap the served glue is started again, and answers", async () => {
  serve(new Response(BYTES));
  const traps = () => {
    throw new WebAssembly.RuntimeError("unreachable");
  };
  const started: number[] = [];
  const verbatim = await loadFromHost({
    wasm: "/verbatim.wasm",
    glue: async (fresh) => {
      started.push(fresh);
      return glue(fresh === 0 ? { segmentCount: traps } : { segmentCount: () => 2 });
    },
    sha256: SHA256,
  });
  expect(() => verbatim.segmentCount("x")).toThrow(ModuleTrapped);
  expect(() => verbatim.segmentCount("x"), "not there yet").toThrow("try once more");
  await vi.waitFor(() => expect(verbatim.segmentCount("x")).toBe(2));
  expect(started).toEqual([0, 1]);
});
