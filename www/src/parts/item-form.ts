// What each kind of a project's things is made of, as fields of a form: how a thing is shown in
// them, and how it is read back.
import type { Item, ItemKind } from "../project.ts";

/** How a member of a thing is written. */
export type FieldKind = "text" | "prompt" | "check" | "choice" | "json" | "texts";

export interface Field {
  /** The member. */
  name: string;
  label: string;
  /** What it is for, beside its label. */
  hint?: string;
  kind: FieldKind;
  /** What a new thing has in it. */
  initial: unknown;
  choices?: readonly string[];
  /** Of texts: the keys that are always there. */
  keys?: "variants" | "attributes";
}

/** What a kind is called, and what stands of a thing in its row. */
export interface Shape {
  title: string;
  one: string;
  about: string;
  fields: Field[];
  summary(item: Item): string;
}

const CONFIG: Field = {
  name: "config",
  label: "Config",
  hint: "what goes with its type, as JSON",
  kind: "json",
  initial: {},
};
const DESCRIPTION: Field = { name: "description", label: "Description", kind: "text", initial: "" };
const DEFAULT: Field = {
  name: "is_default",
  label: "Taken where none is named",
  kind: "check",
  initial: false,
};

const text = (value: unknown) => (typeof value === "string" ? value : "");
const texts = (value: unknown) =>
  Object.entries((value ?? {}) as Record<string, string>)
    .map(([key, one]) => `${key}: ${one}`)
    .join(" · ");

export const SHAPES: Record<ItemKind, Shape> = {
  actions: {
    title: "Actions",
    one: "action",
    about: "What the agent is told: which templates it sends, and to whom it hands the call.",
    fields: [
      { name: "prompt", label: "Prompt", kind: "prompt", initial: "" },
      { name: "topic", label: "Topic", kind: "text", initial: null },
      {
        name: "needs_consent",
        label: "Runs only for who has agreed",
        kind: "check",
        initial: false,
      },
    ],
    summary: ({ prompt }) => text(prompt),
  },
  handoffs: {
    title: "Handoffs",
    one: "handoff",
    about: "Where a call goes to when the agent gives it away.",
    fields: [
      DESCRIPTION,
      {
        name: "method",
        label: "Method",
        kind: "choice",
        initial: "refer",
        choices: ["refer", "invite", "bye"],
      },
      {
        name: "destination",
        label: "Destination",
        hint: "a number or a sip: address; none for bye",
        kind: "text",
        initial: null,
      },
      { name: "headers", label: "SIP headers", hint: "as JSON", kind: "json", initial: [] },
      { ...CONFIG, hint: "what else the voice platform needs, as JSON" },
      DEFAULT,
    ],
    summary: ({ method, destination }) => `${text(method)} ${text(destination)}`,
  },
  variants: {
    title: "Variants",
    one: "variant",
    about: "A place, a brand, a tenant: each attribute has a value for each of them.",
    fields: [
      {
        name: "values",
        label: "Attributes",
        kind: "texts",
        initial: {},
        keys: "attributes",
      },
      DEFAULT,
    ],
    summary: ({ is_default }) => (is_default === true ? "the default" : ""),
  },
  attributes: {
    title: "Attributes",
    one: "attribute",
    about: "What the tokens of variants stand for: a value for each variant.",
    fields: [
      { name: "kind", label: "Kind", kind: "text", initial: null },
      { name: "values", label: "Values", kind: "texts", initial: {}, keys: "variants" },
      CONFIG,
    ],
    summary: ({ values }) => texts(values),
  },
  entities: {
    title: "Entities",
    one: "entity",
    about: "What the agent collects, and what {{entity:name}} may therefore hold.",
    fields: [
      DESCRIPTION,
      {
        name: "entity_type",
        label: "Type",
        kind: "choice",
        initial: "free_text",
        choices: [
          "free_text",
          "enum",
          "numeric",
          "alphanumeric",
          "date",
          "time",
          "phone_number",
          "address",
          "name_config",
        ],
      },
      CONFIG,
      {
        name: "domain",
        label: "Domain",
        hint: 'for bounds, as JSON, e.g. {"max_chars": 20, "alphabet": "gsm"}',
        kind: "json",
        initial: null,
      },
    ],
    summary: ({ entity_type, description }) =>
      [text(entity_type), text(description)].filter((one) => one !== "").join(" · "),
  },
  translations: {
    title: "Translations",
    one: "translation",
    about: "What {{tn:name}} stands for in each language.",
    fields: [{ name: "translations", label: "Languages", kind: "texts", initial: {} }],
    summary: ({ translations }) => texts(translations),
  },
};

/** A language and its text, a line each: `es: Hola`. */
export function linesOf(value: unknown): string {
  return Object.entries((value ?? {}) as Record<string, string>)
    .map(([key, one]) => `${key}: ${one.replaceAll("\n", "\\n")}`)
    .join("\n");
}

/** Reads such lines back. */
export function textsOf(lines: string): Record<string, string> {
  const pairs = lines
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line): [string, string] => {
      const at = line.indexOf(":");
      if (at < 1) throw new Error(`expected a line such as “es: Hola”, found “${line.trim()}”`);
      return [
        line.slice(0, at).trim(),
        line
          .slice(at + 1)
          .trim()
          .replaceAll("\\n", "\n"),
      ];
    });
  return Object.fromEntries(pairs);
}

/** Reads a field that holds JSON. */
export function jsonOf(label: string, typed: string): unknown {
  if (typed.trim() === "") return null;
  try {
    return JSON.parse(typed);
  } catch {
    throw new Error(`expected JSON in “${label}”, found something else`);
  }
}
