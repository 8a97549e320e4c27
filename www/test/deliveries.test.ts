// The list of deliveries: what moves in it, what falls out, and where its next page begins.
import { expect, test } from "vitest";
import type { Message, MessageState, Paged } from "../src/api.ts";
import { longer, MOST_SHOWN, moved, renewed, UNKNOWN } from "../src/parts/deliveries.ts";

const message = (id: string, state: MessageState = "queued", updated_at = "") =>
  ({ id, state, updated_at }) as Message;
const ids = ({ items, next }: Paged<Message>) => [items.map(({ id }) => id).join(""), next];
const list = (shown: string, next: string | null): Paged<Message> => ({
  items: Array.from(shown, (id) => message(id)),
  next,
});

test("the newest stands first, whatever the order in which it was heard", () => {
  expect(ids(moved(UNKNOWN, [message("a"), message("c"), message("b")], {}))).toEqual([
    "cba",
    null,
  ]);
});

test("what is older than the pages that are shown is left to its own page", () => {
  expect(ids(moved(list("dc", "c"), [message("a"), message("e")], {}))).toEqual(["edc", "c"]);
});

test("what no longer fits the filter leaves the list", () => {
  const now = moved(list("cba", null), [message("b", "sent")], { state: "queued" });
  expect(ids(now)).toEqual(["ca", null]);
});

test("a first page that was asked for anew keeps the pages behind it", () => {
  expect(ids(renewed(list("edcba", "a"), list("fe", "e")))).toEqual(["fedcba", "a"]);
  expect(ids(renewed(list("ed", "d"), list("ed", "d")))).toEqual(["ed", "d"]);
  expect(ids(renewed(list("edc", null), list("ed", null)))).toEqual(["ed", null]);
});

test("a next page brings nothing twice", () => {
  expect(ids(longer(list("ed", "d"), list("dc", null)))).toEqual(["edc", null]);
});

test("the longest list is MOST_SHOWN, and what falls off is on the next page", () => {
  const id = (n: number) => String(n).padStart(6, "0");
  const many = (n: number) => Array.from({ length: n }, (_, at) => message(id(at)));
  const full = moved(UNKNOWN, many(MOST_SHOWN), {});
  expect([full.items.length, full.next]).toEqual([MOST_SHOWN, null]);
  const over = moved(UNKNOWN, many(MOST_SHOWN + 1), {});
  expect([over.items.length, over.next]).toEqual([MOST_SHOWN, id(1)]);
});

test("an answer that was overtaken by what was heard since changes nothing", () => {
  const heard = moved(UNKNOWN, [message("a", "delivered", "2026-01-01T00:00:02.000Z")], {});
  const late = message("a", "sent", "2026-01-01T00:00:01.000Z");
  expect(renewed(heard, { items: [late], next: null }).items[0]?.state).toBe("delivered");
  expect(moved(heard, [late], {}).items[0]?.state).toBe("delivered");
});
