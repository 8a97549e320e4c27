// What a project holds beside its templates, by the host's API: actions, handoffs, variants with
// their attributes, entities, translations.
import { ask, at, content } from "./api.ts";
import type { Domains, Names } from "./types.ts";

/** Each kind, in the order in which the page shows them; its name is that of its route. */
export const KINDS = [
  "actions",
  "handoffs",
  "variants",
  "attributes",
  "entities",
  "translations",
] as const;

export type ItemKind = (typeof KINDS)[number];

/** What each of them has. */
export interface Item {
  name: string;
  version: number;
  updated_at: string;
  /** What is its kind's own. */
  [member: string]: unknown;
}

export type Items = { [kind in ItemKind]: Item[] };

/** What exists and what it may hold, as the module takes it. */
export interface Whole {
  default_language: string | null;
  names: Names;
  domains: Domains;
}

/** The texts of a project's files, by their paths in its folder. */
export type KitFiles = { [path: string]: string };

/** What is wrong in a file, and where. */
export interface KitProblem {
  path: string;
  place: { line: number; column: number } | null;
  message: string;
}

/** What an import did, or would do. */
export interface KitImported {
  dry_run: boolean;
  changes: { change: "added" | "changed" | "removed"; kind: string; name: string }[];
  /** What no file holds, and is there all the same. */
  kept: { kind: string; name: string }[];
}

/** The files that are to say something else, and what the kit will refuse. */
export interface KitExported {
  files: { path: string; text: string; diff: string }[];
  warnings: string[];
}

const json = (value: object) => JSON.stringify(value);

export const project = {
  /** Of translations only those in the language, if one is given. */
  whole: (language?: string) => {
    const query = language === undefined ? "" : `?language=${encodeURIComponent(language)}`;
    return ask<Whole>(`${at("project")}${query}`, { method: "GET" });
  },
  setLanguage: (default_language: string | null) =>
    ask<unknown>(at("project"), {
      method: "PUT",
      ...content("application/json", json({ default_language })),
    }),
  list: (kind: ItemKind) =>
    ask<Record<string, Item[]>>(at(kind), { method: "GET" }).then((page) => page[kind] ?? []),

  /** Saves what was read, or what is new: nobody else's save is overwritten unseen. */
  save: (kind: ItemKind, name: string, read: Item | null, item: object) => {
    const { headers, body } = content("application/json", json(item));
    const condition: Record<string, string> =
      read === null ? { "if-none-match": "*" } : { "if-match": `"${read.version}"` };
    const init = { method: "PUT", headers: { ...headers, ...condition }, body };
    return ask<Item>(at(kind, name), init);
  },
  importKit: (files: KitFiles, plan: { dry_run: boolean; prune: boolean }) =>
    ask<KitImported>(`${at("project", "import")}?dry_run=${plan.dry_run}&prune=${plan.prune}`, {
      method: "POST",
      ...content("application/json", json({ files })),
    }),
  exportKit: (files: KitFiles) =>
    ask<KitExported>(at("project", "export"), {
      method: "POST",
      ...content("application/json", json({ files })),
    }),
  remove: (kind: ItemKind, { name, version }: Item) =>
    ask<unknown>(at(kind, name), { method: "DELETE", headers: { "if-match": `"${version}"` } }),
};
