// What the editor computes of the module's answers: pieces, places, origins, replacements.
import { expect, test } from "vitest";
import { origin } from "../src/editing/origin.ts";
import { type Piece, pieces } from "../src/editing/pieces.ts";
import { place } from "../src/editing/place.ts";
import { replaced } from "../src/editing/replace.ts";
import type { Preview, Range, Span } from "../src/types.ts";
import { valueFor, withValue } from "../src/values.ts";

// The answers' byte ranges are not used by editors: these are never read.
const range = (from: number, to: number): Range => ({ bytes: [-1, -1], utf16: [from, to] });

const span = (name: string, body: Range, text: Range, missing = false): Span => ({
  kind: "variant",
  name,
  missing,
  body,
  text,
});

function preview(text: string, spans: Span[]): Preview {
  return {
    text,
    spans,
    spans_total: spans.length,
    missing: [],
    missing_total: 0,
    segments: {
      encoding: "GSM-7",
      units: text.length,
      segments: 1,
      segment_units: [text.length],
      remaining: 160 - text.length,
      forcing: [],
      forcing_total: 0,
    },
  };
}

// Body: `Hi ${a}, ${b}${c}!` with a = `👋x`, b empty, c missing.
const GREETING = preview("Hi 👋x, ${c}!", [
  span("a", range(3, 7), range(3, 6)),
  span("b", range(9, 13), range(8, 8)),
  span("c", range(13, 17), range(8, 12), true),
]);

const texts = (cut: Piece[]) => cut.map(({ parts }) => parts.map(({ text }) => text).join(""));

test("pieces joined are the text, in order, empty values included", () => {
  const cut = pieces(GREETING, []);
  expect(texts(cut).join("")).toBe(GREETING.text);
  expect(cut.map(({ span }) => span?.name ?? null)).toEqual([null, "a", null, "b", "c", null]);
  expect(texts(cut)).toEqual(["Hi ", "👋x", ", ", "", "${c}", "!"]);
});

test("a text without tokens is one piece, and an empty text none", () => {
  expect(texts(pieces(preview("plain", []), []))).toEqual(["plain"]);
  expect(pieces(preview("", []), [])).toEqual([]);
});

test("pieces are parted where segments begin, within values too, and nothing is lost", () => {
  const begin = [1, 5, 8].map((at, index) => ({ segment: index + 2, at, from: null }));
  const cut = pieces(GREETING, begin);
  expect(texts(cut).join("")).toBe(GREETING.text);
  expect(cut.map(({ parts }) => parts.map(({ text, begins }) => [text, begins]))).toEqual([
    [
      ["H", null],
      ["i ", 2],
    ],
    [
      ["👋", null],
      ["x", 3],
    ],
    [[", ", null]],
    [["", null]],
    [
      ["", null],
      ["${c}", 4],
    ],
    [["!", null]],
  ]);
});

test("a place in what the writer wrote is found in the body", () => {
  expect(origin(range(0, 1), GREETING)).toEqual({ in: "body", at: [0, 1] });
  expect(origin(range(6, 7), GREETING), "after a value").toEqual({ in: "body", at: [7, 8] });
  expect(origin(range(12, 13), GREETING), "at the end").toEqual({ in: "body", at: [17, 18] });
});

test("a place in a value is found in the value", () => {
  expect(origin(range(5, 6), GREETING)).toMatchObject({
    in: "value",
    span: { name: "a" },
    at: [2, 3],
  });
});

test("a character that begins in the body and ends in a value has no one origin", () => {
  expect(origin(range(2, 4), GREETING)).toBeNull();
  expect(origin(range(5, 7), GREETING)).toBeNull();
});

test("a place is said in lines and characters, not in code units", () => {
  expect(place("👋👋x", 4)).toBe("character 3");
  expect(place("one\ntwo", 0)).toBe("line 1, character 1");
  expect(place("one\n👋two", 6)).toBe("line 2, character 2");
});

test("replacements do not move one another's places", () => {
  const places = [
    { at: [0, 1] as [number, number], text: "..." },
    { at: [2, 3] as [number, number], text: "" },
    { at: [3, 4] as [number, number], text: "'" },
  ];
  expect(replaced("…a–’b", places)).toBe("...a'b");
});

test("a value may be empty, which is not missing", () => {
  const token = { kind: "entity", name: "x" } as const;
  expect(valueFor({}, token)).toBeNull();
  expect(valueFor(withValue({}, token, ""), token)).toBe("");
  expect(valueFor(withValue({ entity: { x: "1" } }, token, null), token)).toBeNull();
});

test("names that JavaScript knows are names like any other", () => {
  for (const name of ["__proto__", "constructor", "toString"]) {
    const token = { kind: "variant", name } as const;
    expect(valueFor({ variant: {} }, token)).toBeNull();
    const values = withValue({ variant: { a: "1" } }, token, "2");
    expect(valueFor(values, token)).toBe("2");
    expect(JSON.parse(JSON.stringify(values)).variant).toHaveProperty([name], "2");
  }
});
