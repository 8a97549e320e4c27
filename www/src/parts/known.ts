// What a project says to who writes a template: which names there are, what tokens may hold, and
// values to see the text with.
import { distinct } from "../editing/words.ts";
import { TOKEN_CHARS } from "../editing/worst.ts";
import { project } from "../project.ts";
import type { Domain, Domains, Kind, Names, Preview, TokenName, Values } from "../types.ts";
import { valueFor } from "../values.ts";

export interface Known {
  /** What exists, of the kinds of which the project holds something: other names are findings. */
  names: Names | null;
  /** What tokens may hold; null where the project says nothing of it. */
  domains: Domains | null;
  /** One value for each name: that of the default variant and language, the first of an entity. */
  samples: Values;
}

/** The texts of translations, by their names. */
export type Spoken = Record<string, string>;

export const NOTHING_KNOWN: Known = { names: null, domains: null, samples: {} };

/** What is judged by. A variable exists by being written, so none of them is unknown. */
const JUDGED = ["variant", "entity", "translation"] as const;
/** The module is given them at each key: what is longer in all, in characters, is not judged by. */
const MOST_NAMES = 64 * 1024;
/** What a token holds of which nobody says it. */
const ASSUMED: Domain = { values: ["x", "x".repeat(TOKEN_CHARS)] };

export async function whatIsKnown(): Promise<Known> {
  const [whole, variants] = await Promise.all([project.whole(), project.list("variants")]);
  const { names, domains, default_language } = whole;
  const usual = variants.find((variant) => variant["is_default"] === true);
  return {
    names: judgedBy(names),
    domains: saysSomething(domains) ? domains : null,
    samples: {
      variant: attributes(domains, usual?.name ?? null),
      entity: firsts(domains.entity),
      translation: default_language === null ? {} : await translationsIn(default_language),
    },
  };
}

/** What translations say in a language; the host falls back on the default one. */
export async function translationsIn(language: string): Promise<Spoken> {
  return firsts((await project.whole(language)).domains.translation);
}

/** The values in another language: what the writer gave stays as it is. */
export function respoken(values: Values, before: Spoken, now: Spoken): Values {
  const given = Object.entries(values.translation ?? {}).filter(
    ([name, text]) => text !== before[name],
  );
  return { ...values, translation: { ...now, ...Object.fromEntries(given) } };
}

function judgedBy(names: Names): Names | null {
  const fitting = JUDGED.filter((kind) => {
    const length = (names[kind] ?? []).reduce((sum, name) => sum + name.length, 0);
    return length > 0 && length <= MOST_NAMES;
  });
  if (fitting.length === 0) return null;
  return Object.fromEntries(fitting.map((kind) => [kind, names[kind]]));
}

function saysSomething({ rows, entity, translation }: Domains): boolean {
  return Object.keys({ ...rows, ...entity, ...translation }).length > 0;
}

/** By either name: `${variant_hours}` stands for the attribute `hours`, too. */
function attributes({ rows }: Domains, variant: string | null): Record<string, string> {
  const values = (rows ?? []).find((row) => row.variant === variant)?.values ?? {};
  const both = Object.entries(values).flatMap(([name, value]) => [
    [`variant_${name}`, value],
    [name, value],
  ]);
  return Object.fromEntries(both);
}

function firsts(domains: Domains["entity"] | undefined): Record<string, string> {
  const found = Object.entries(domains ?? {}).flatMap(([name, domain]) => {
    if ("values" in domain) return domain.values.slice(0, 1).map((value) => [name, value]);
    return "min" in domain ? [[name, String(domain.min)]] : [];
  });
  return Object.fromEntries(found);
}

/** Of these tokens those of which nobody says what they may hold, each once. */
export function unsaid(tokens: TokenName[], domains: Domains | null): TokenName[] {
  if (domains === null) return [];
  const saysNothing = ({ kind, name }: TokenName) =>
    (kind === "entity" || kind === "variable") && !Object.hasOwn(domains[kind] ?? {}, name);
  return distinct(tokens.filter(saysNothing));
}

/** What tokens may hold, with those of which nobody says it as long as `worst` takes them to be. */
export function assuming(domains: Domains | null, tokens: TokenName[]): Domains | null {
  if (domains === null || tokens.length === 0) return domains;
  const of = (wanted: Kind) =>
    tokens.filter(({ kind }) => kind === wanted).map(({ name }) => [name, ASSUMED]);
  return {
    ...domains,
    entity: { ...domains.entity, ...Object.fromEntries(of("entity")) },
    variable: { ...domains.variable, ...Object.fromEntries(of("variable")) },
  };
}

/**
 * What a send is given of the values in an editor: what the writer gave, and the samples of the
 * entities that the text shows. The other samples the host knows itself, in the send's language.
 */
export function given(values: Values, samples: Values, preview: Preview | null): Values {
  const shown = new Set(
    preview?.spans.filter(({ kind }) => kind === "entity").map(({ name }) => name),
  );
  const kept = Object.entries(values).map(([kind, known]) => [
    kind,
    Object.fromEntries(
      Object.entries(known ?? {}).filter(
        ([name, value]) =>
          value !== valueFor(samples, { kind: kind as Kind, name }) ||
          (kind === "entity" && shown.has(name)),
      ),
    ),
  ]);
  return Object.fromEntries(kept);
}
