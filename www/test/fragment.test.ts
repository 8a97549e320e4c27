// A link holds a template; whatever else stands behind `#` is no template, and does no harm.
import { expect, test } from "vitest";
import { domainsOf, fromFragment, type Shared, toFragment } from "../src/playground/fragment.ts";

const SHARED: Shared = {
  body: "Hi ${a} 👋 שלום <b>",
  values: { variant: { a: "Zoé", __proto__x: "1" }, entity: {} },
  domains: '{"entity": {}}',
};

test("what was put into a link comes out of it, in characters that every link may have", () => {
  const link = toFragment(SHARED);
  expect(link).toMatch(/^#[A-Za-z0-9_-]+$/);
  expect(fromFragment(link)).toEqual(SHARED);
});

const packed = (value: unknown) => `#${btoa(JSON.stringify(value))}`;

test.each([
  ["nothing", ""],
  ["no Base64", "#%%%"],
  ["no JSON", `#${btoa("{")}`],
  ["no UTF-8", `#${btoa("\xff")}`],
  ["no object", packed(null)],
  ["a body that is no text", packed({ body: 1, domains: "" })],
  ["no domains", packed({ body: "x" })],
  ["more than anybody writes", `#${"A".repeat(100_001)}`],
])("%s is no template", (_, hash) => {
  expect(fromFragment(hash)).toBeNull();
});

test("values that are no strings are left out", () => {
  const values = { entity: { a: "1", b: 2, c: null }, variant: "x", other: { d: "3" } };
  expect(fromFragment(packed({ body: "x", domains: "", values }))?.values).toEqual({
    entity: { a: "1" },
  });
});

test("domains that are no JSON yet are none", () => {
  expect(domainsOf("{")).toBeNull();
  expect(domainsOf("1")).toBeNull();
  expect(domainsOf('{"entity":{}}')).toEqual({ entity: {} });
});
