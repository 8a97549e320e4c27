// The module is run only after its bytes hashed to what was expected.
import { afterEach, expect, test, vi } from "vitest";
import { type Glue, load, ModuleRefused, VerbatimError } from "../src/verbatim.ts";

const BYTES = new TextEncoder().encode("the module's bytes");
const SHA256 = "c678eede433d767168c21c8e0fd5ad8ddeddc8eb4ba69731f09821e08f13397b";

function serve(answer: Response | Error): void {
  vi.stubGlobal("fetch", async () => {
    if (answer instanceof Error) throw answer;
    return answer;
  });
}

function glue(overrides: Partial<Glue> = {}): Glue & { default: ReturnType<typeof vi.fn> } {
  const unasked = () => ({ error: { code: "V090", message: "not asked here", detail: null } });
  return {
    describe: unasked,
    segments: unasked,
    check: unasked,
    preview: unasked,
    render: unasked,
    classify: unasked,
    ...overrides,
    default: vi.fn(async () => {}),
  };
}

afterEach(() => vi.unstubAllGlobals());

test("the bytes that are instantiated are those that were hashed", async () => {
  serve(new Response(BYTES));
  const faces = glue();
  const verbatim = await load({ wasm: "/verbatim.wasm", glue: faces, sha256: SHA256 });
  const [{ module_or_path }] = faces.default.mock.calls[0] as [{ module_or_path: ArrayBuffer }];
  expect(new Uint8Array(module_or_path)).toEqual(BYTES);
  expect(verbatim.sha256).toBe(SHA256);
  expect(verbatim.size).toBe(BYTES.byteLength);
});

test("a module with one byte changed is refused and never run", async () => {
  const changed = BYTES.slice();
  changed[3] = (changed[3] ?? 0) ^ 1;
  serve(new Response(changed));
  const faces = glue();
  const loading = load({ wasm: "/verbatim.wasm", glue: faces, sha256: SHA256 });
  await expect(loading).rejects.toThrow(ModuleRefused);
  await expect(loading).rejects.toThrow(`expected the module ${SHA256}`);
  expect(faces.default).not.toHaveBeenCalled();
});

test("a module that is not there is refused with the host's status", async () => {
  serve(new Response("", { status: 404 }));
  const loading = load({ wasm: "/verbatim.wasm", glue: glue(), sha256: SHA256 });
  await expect(loading).rejects.toThrow(
    "expected the module at /verbatim.wasm, but the host answered 404",
  );
});

test("a host that cannot be reached is said to be so", async () => {
  serve(new TypeError("fetch failed"));
  const loading = load({ wasm: "/verbatim.wasm", glue: glue(), sha256: SHA256 });
  await expect(loading).rejects.toThrow("the host cannot be reached");
});

test("bytes that hash well and do not run are refused", async () => {
  serve(new Response(BYTES));
  const faces = glue();
  faces.default.mockRejectedValue(new Error("expected magic word"));
  const loading = load({ wasm: "/verbatim.wasm", glue: faces, sha256: SHA256 });
  await expect(loading).rejects.toThrow(ModuleRefused);
  await expect(loading).rejects.toThrow("expected magic word");
});

test("an error of the module is thrown with its code and its sentence", async () => {
  serve(new Response(BYTES));
  const verbatim = await load({ wasm: "/verbatim.wasm", glue: glue(), sha256: SHA256 });
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
