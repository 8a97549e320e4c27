// What was typed is not lost, and what was not changed is not called unsaved.
import { expect, test } from "vitest";
import type { Template } from "../src/api.ts";
import { BLANK, drafts, NEW } from "../src/pages/draft.ts";

const saved: Template = {
  id: "1",
  title: "a",
  body: "b",
  senders: { live: null, pre_release: null, sandbox: "+15550100003" },
  version: 1,
  published: {},
  created_at: "",
  updated_at: "",
};

test("a draft is unsaved from the first change until it is saved", () => {
  const draft = drafts.open("1", saved);
  expect(drafts.isUnsaved("1")).toBe(false);
  const changed = { ...draft, body: "c" };
  drafts.keep("1", changed);
  expect(drafts.isUnsaved("1")).toBe(true);
  expect(drafts.open("1", saved).body, "coming back finds it").toBe("c");
  drafts.settle("1", changed, { ...saved, body: "c", version: 2 });
  expect(drafts.isUnsaved("1")).toBe(false);
  drafts.drop("1");
});

test("sample values stay, and are nothing to save", () => {
  drafts.keep("1", { ...drafts.open("1", saved), values: { entity: { x: "1" } } });
  expect(drafts.isUnsaved("1")).toBe(false);
  const again = drafts.open("1", { ...saved, body: "saved elsewhere" });
  expect(again.body).toBe("saved elsewhere");
  expect(again.values).toEqual({ entity: { x: "1" } });
  drafts.drop("1");
});

test("a new template takes the id that its first save gave it", () => {
  const draft = { ...drafts.open(NEW, BLANK), title: "t", body: "b" };
  drafts.keep(NEW, draft);
  expect(drafts.anyUnsaved()).toBe(true);
  drafts.settle(NEW, draft, { ...saved, id: "2", title: "t", senders: BLANK.senders });
  expect(drafts.anyUnsaved()).toBe(false);
  expect(drafts.open("2", { ...BLANK, title: "t", body: "b" }).title).toBe("t");
});
