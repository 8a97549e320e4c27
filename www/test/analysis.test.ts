// What is shared by all editors: where segments begin, which lines they are on, what is mended.
import { expect, test } from "vitest";
import {
  analyse,
  type Context,
  type Forced,
  NOTHING,
  namesAtHand,
} from "../src/editing/analysis.ts";
import type { Boundary } from "../src/editing/boundaries.ts";
import { drawnAt, lineSegments } from "../src/editing/lines.ts";
import { mending } from "../src/editing/mend.ts";
import { told } from "../src/editing/told.ts";
import { capacity, distinct, sentence, witnessed } from "../src/editing/words.ts";
import type { Segments, Span, Token } from "../src/types.ts";
import type { Verbatim } from "../src/verbatim.ts";

const range = (from: number, to: number) => ({
  bytes: [-1, -1] as [number, number],
  utf16: [from, to] as [number, number],
});

const span = (name: string, from: number): Span => ({
  ...{ kind: "entity", name, missing: false },
  ...{ body: range(from, from + 5), text: range(from, from + 9) },
});

const inBody = (segment: number, at: number): Boundary => ({
  ...{ segment, at },
  from: { in: "body", at: [at, at + 1] },
});

test("each part is asked for when it is read, once, and a refusal is a sentence", () => {
  const asked: string[] = [];
  const segments = { segments: 1, segment_units: [2], forcing: [] };
  const engine = {
    check() {
      asked.push("check");
      throw new Error("too long");
    },
    preview() {
      asked.push("preview");
      return { text: "Hi", spans: [], segments };
    },
  } as unknown as Verbatim;
  const analysis = analyse("Hi", { engine, values: {}, names: null, suggestions: {} });
  expect(asked).toEqual([]);
  expect(analysis.preview?.text).toBe("Hi");
  expect(analysis.boundaries).toEqual([]);
  expect(asked).toEqual(["preview"]);
  expect([analysis.check, analysis.refusal, analysis.refusal]).toEqual([
    null,
    "too long",
    "too long",
  ]);
  expect(asked).toEqual(["preview", "check"]);
  // Who is told of it may keep it, or send it elsewhere.
  expect(Object.keys(JSON.parse(JSON.stringify(analysis)))).toEqual(Object.keys(NOTHING));
});

test("a boundary is drawn where it was written, or at the token that brings it", () => {
  expect(drawnAt(inBody(2, 7))).toBe(7);
  const inValue = { in: "value", span: span("x", 3), at: [2, 3] } as const;
  expect(drawnAt({ segment: 2, at: 9, from: { ...inValue, at: [2, 3] } })).toBe(3);
  expect(drawnAt({ segment: 2, at: 9, from: null })).toBeNull();
});

test("each line says which segments it is part of, and none while there is but one", () => {
  expect(lineSegments("a\nb", [])).toEqual([]);
  expect(lineSegments("abcd\nef\ngh", [inBody(2, 2), inBody(3, 8)])).toEqual(["1–2", "2", "3"]);
});

const forced = (char: string, replacement: string | null, from: Forced["from"]): Forced => ({
  ...{ one: { char, range: range(0, 1), replacement }, from },
});

test("what came twice from one value is mended once, and what has no replacement stays", () => {
  const value = (at: number) => ({
    ...{ in: "value" as const, span: span("x", 0) },
    at: [at, at + 1] as [number, number],
  });
  const found = [
    forced("’", "'", { in: "body", at: [4, 5] }),
    forced("’", "'", value(1)),
    forced("’", "'", value(1)),
    forced("👋", null, value(2)),
    forced("…", "...", null),
  ];
  const { body, values } = mending(found, { entity: { x: "a’👋" } });
  expect(body).toEqual([{ at: [4, 5], text: "'" }]);
  expect(values).toMatchObject([{ token: { name: "x" }, value: "a'👋" }]);
});

const SEGMENTS: Segments = {
  ...{ encoding: "GSM-7", units: 164, segments: 2, segment_units: [152, 12], remaining: 141 },
  ...{ forcing: [], forcing_total: 0 },
};

test("counts are said in one sentence, of what the paid segments hold", () => {
  expect(capacity(SEGMENTS)).toBe(305);
  expect(sentence(SEGMENTS)).toBe("2 segments, 164 of 305, GSM-7");
  expect(sentence({ ...SEGMENTS, segments: 1, units: 1, remaining: 159 })).toBe(
    "1 segment, 1 of 160, GSM-7",
  );
});

const token = (name: string, from: number): Token => ({
  ...{ kind: "entity", name, range: range(from, from + 5) },
});

test("a witness names each token once, long values by their beginning", () => {
  const tokens = [token("a", 0), token("b", 9), token("a", 20), token("c", 30)];
  expect(distinct(tokens)).toHaveLength(3);
  const values = { entity: { a: "x".repeat(41), b: "", c: "1" } };
  expect(witnessed(tokens, values, 2)).toBe(`a = ${"x".repeat(40)}…, b = “” and 1 more`);
  const attribute: Token = { ...token("city", 40), kind: "variant" };
  const witness = { ...values, variant: { city: "Paris" } };
  expect(witnessed([...tokens, attribute], witness, 1)).toBe("city = Paris and 3 more");
});

test("a place is told the character that forces UCS-2 before its token", () => {
  const analysis = {
    ...{ preview: null, refusal: null, boundaries: [] },
    check: {
      ...{ diagnostics: [], diagnostics_total: 0, tokens: [token("x", 4)] },
      ...{ tokens_total: 1, bounds: null },
    },
    forced: [forced("’", "'", { in: "body", at: [1, 2] })],
  };
  expect(told(analysis, {}, 0)).toBeNull();
  expect(told(analysis, {}, 1)?.lines).toEqual(["’ (U+2019) forces UCS-2; write “'” instead"]);
  expect(told(analysis, {}, 6)?.lines).toEqual(["entity x", "no sample value"]);
  expect(told(analysis, { entity: { x: "" } }, 6)?.lines[1]).toBe("sample value: empty");
});

test("what the values name is completed first, then what is suggested, of the kinds not known", () => {
  const values = { entity: { guest: "Ana" } };
  const suggestions = { entity: ["time", "guest"], variable: ["CODE"] };
  const context = { values, suggestions, names: null } as unknown as Context;
  expect(namesAtHand(context)).toEqual({ entity: ["guest", "time"], variable: ["CODE"] });
  const names = { entity: ["room"] };
  expect(namesAtHand({ ...context, names })).toEqual({ entity: ["room"], variable: ["CODE"] });
});
