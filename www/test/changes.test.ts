// What an edit did, told in whole words and whole tokens, with nothing lost.
import { expect, test } from "vitest";
import { type Change, changes, tokenChanges } from "../src/editing/changes.ts";
import type { Verbatim } from "../src/verbatim.ts";

/** Knows entities alone, and refuses what holds a NUL. */
const engine = {
  check({ body }: { body: string }) {
    if (body.includes("\0")) throw new Error("refused");
    const tokens = [...body.matchAll(/\{\{entity:(\w+)\}\}/g)].map(
      ({ index, 0: text, 1: name }) => ({
        ...{ kind: "entity", name },
        range: { bytes: [-1, -1], utf16: [index, index + text.length] },
      }),
    );
    return { tokens };
  },
} as unknown as Verbatim;

const kept = (found: Change[], kind: "added" | "removed") =>
  found
    .filter((one) => one.kind === "same" || one.kind === kind)
    .map(({ text }) => text)
    .join("");

const told = (before: string, after: string) => {
  const found = changes(engine, before, after);
  expect(kept(found, "removed")).toBe(before);
  expect(kept(found, "added")).toBe(after);
  const sign = { same: "", added: "+", removed: "-" };
  return found.map(({ kind, text }) => `${sign[kind]}${text}`);
};

test("a word is replaced as a whole", () => {
  expect(told("Your table is ready", "Your room is ready")).toEqual([
    ...["Your ", "-table", "+room", " is ready"],
  ]);
});

test("a token is one piece, however alike two are", () => {
  expect(told("at {{entity:time_a}}!", "at {{entity:time_b}}!")).toEqual([
    ...["at ", "-{{entity:time_a}}", "+{{entity:time_b}}", "!"],
  ]);
});

test("white space, emoji and accents lose nothing", () => {
  expect(told("a  b\n", "a b\n")).toEqual(["a", "-  ", "+ ", "b\n"]);
  told("e\u0301té 👋🏽 x", "été 👋 x");
  told("", "all of it");
  told("all of it", "");
  expect(told("", "")).toEqual([]);
});

test("a body that the module refuses is compared as plain words", () => {
  expect(told("a \0", "b \0")).toEqual(["-a", "+b", " \0"]);
});

test("tokens that came and went are named once", () => {
  const [before, after] = ["{{entity:a}} {{entity:b}}", "{{entity:b}} {{entity:c}} {{entity:c}}"];
  expect(tokenChanges(engine, before, after)).toEqual({
    added: ["{{entity:c}}"],
    removed: ["{{entity:a}}"],
  });
});
