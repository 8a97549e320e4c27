// What a project knows goes into an editor and not into a send, which asks the project itself.
import { expect, test } from "vitest";
import { assuming, given, respoken, unsaid } from "../src/parts/known.ts";
import type { Domains, Preview, TokenName } from "../src/types.ts";

const samples = {
  variant: { hours: "9 to 5" },
  entity: { size: "1", day: "Monday" },
  translation: { hello: "Hello" },
};

test("a send is given what was typed, and of the samples the entities that are shown", () => {
  const preview = { spans: [{ kind: "entity", name: "size" }] } as unknown as Preview;
  const typed = { ...samples, translation: { hello: "Hi" }, variable: { CODE: "" } };
  expect(given(typed, samples, preview)).toEqual({
    variant: {},
    entity: { size: "1" },
    translation: { hello: "Hi" },
    variable: { CODE: "" },
  });
});

test("another language says its own of what the writer left as it was", () => {
  const values = { ...samples, translation: { hello: "Hello", bye: "So long" } };
  const english = { hello: "Hello", bye: "Bye" };
  const spanish = { hello: "Hola", bye: "Adiós", soon: "Pronto" };
  const found = respoken(values, english, spanish);
  expect(found).toEqual({ ...samples, translation: { ...spanish, bye: "So long" } });
  expect(respoken(found, spanish, english).translation).toEqual({ ...english, bye: "So long" });
});

test("what nothing is said of is taken to be as long as anybody takes it", () => {
  const domains: Domains = { entity: { size: { min: 1, max: 9 } } };
  const tokens: TokenName[] = [
    { kind: "variable", name: "constructor" },
    { kind: "entity", name: "size" },
    { kind: "entity", name: "day" },
    { kind: "variable", name: "constructor" },
    { kind: "translation", name: "hello" },
  ];
  const found = unsaid(tokens, domains);
  expect(found.map(({ name }) => name)).toEqual(["constructor", "day"]);
  const all = assuming(domains, found);
  expect(Object.keys(all?.entity ?? {})).toEqual(["size", "day"]);
  expect(all?.variable?.["constructor"]).toEqual({ values: ["x", "x".repeat(30)] });
  expect(unsaid(tokens, null), "a project that says nothing has no bounds").toEqual([]);
});
