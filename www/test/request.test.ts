// What may be asked of the module: JSON, and nothing that JSON would drop or bend in silence.
import { expect, test } from "vitest";
import { plain } from "../src/request.ts";

test("a request is handed on as it is", () => {
  const request = { body: "x", names: { entity: ["a"] }, at: 0, domains: null, reminder: false };
  expect(plain("check", request)).toBe(request);
});

test("half a surrogate pair becomes U+FFFD, in a copy", () => {
  const request = { values: { entity: { x: "a\ud800b", y: "👋" } }, list: ["\udc00"] };
  expect(plain("preview", request)).toEqual({
    values: { entity: { x: "a\ufffdb", y: "👋" } },
    list: ["\ufffd"],
  });
  expect(request.values.entity.x).toBe("a\ud800b");
});

test.each([
  [undefined, "found undefined"],
  [Number.NaN, "found NaN"],
  [Number.POSITIVE_INFINITY, "found Infinity"],
  [() => "x", "found a function"],
  [Symbol("x"), "found a symbol"],
  [1n, "found a bigint"],
])("%s is refused with its place", (value, found) => {
  expect(() => plain("check", { names: { entity: [value] } })).toThrow(TypeError);
  expect(() => plain("check", { names: { entity: [value] } })).toThrow(
    "`names.entity.0` of `check`",
  );
  expect(() => plain("check", { names: { entity: [value] } })).toThrow(found);
});
