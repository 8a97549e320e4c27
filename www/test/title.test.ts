// Which titles are one text in several languages, and which only end like one.
import { expect, test } from "vitest";
import { languageName, parted, relatives } from "../src/parts/title.ts";

const said = (title: string, titles: string[] = []) => {
  const { name, language } = parted(title, titles);
  return `${name}|${language}`;
};

test("a title with a relative ends in its language", () => {
  expect(said("booking_es", ["booking"])).toBe("booking|es");
  expect(said("booking_pt-BR", ["booking"])).toBe("booking|pt-BR");
  expect(said("booking_gsw", ["booking_es", "booking_gsw"])).toBe("booking|gsw");
  expect(said("booking", ["booking_es"])).toBe("booking|null");
});

test("a title by itself ends in a language only if that is one", () => {
  expect(said("booking_es")).toBe("booking|es");
  for (const title of ["check_in", "thank_you", "booking_copy", "follow_up", "note_x", "_es"]) {
    expect(said(title)).toBe(`${title}|null`);
  }
});

test("relatives are found from each of them, the one for all first", () => {
  const titles = ["other", "dinner_es", "dinner", "dinner_pt-BR", "dinner_menu", "dinners_es"];
  for (const title of ["dinner", "dinner_es", "dinner_pt-BR"]) {
    expect(relatives(title, titles)).toEqual(["dinner", "dinner_es", "dinner_pt-BR"]);
  }
  expect(relatives("dinner_menu", titles)).toEqual(["dinner_menu"]);
});

test("a language has a name, and what is none keeps its tag", () => {
  expect(languageName("es")).toBe("Spanish");
  expect(languageName("in")).toBe("in");
  expect(languageName("not a tag")).toBe("not a tag");
});
