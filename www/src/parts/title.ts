// Titles and the languages in them: `confirmation`, `confirmation_es` and `confirmation_pt-BR` are
// one text in several languages.

/** A title, parted. `language` is null for the one that serves all the others. */
export interface Parted {
  name: string;
  language: string | null;
}

const SUFFIXED = /^(.+)_([a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*)$/;

/**
 * What ends like a language is one if a relative of that title is there; alone, only if it is a
 * language of two letters: `check_in` and `thank_you` are names.
 */
export function parted(title: string, titles: readonly string[]): Parted {
  const [, name = title, language = null] = SUFFIXED.exec(title) ?? [];
  if (language === null) return { name, language };
  const related = titles.some(
    (other) => other === name || (other !== title && SUFFIXED.exec(other)?.[1] === name),
  );
  const known = language.length === 2 && languageName(language) !== language;
  return related || known ? { name, language } : { name: title, language: null };
}

/** The titles of this name: the one without a language first, then by language. */
export function relatives(title: string, titles: readonly string[]): string[] {
  const { name } = parted(title, titles);
  const all = new Set([title, ...titles]);
  return [...all].filter((one) => one === name || parted(one, titles).name === name).sort();
}

/** A text in its languages; the language of the one that serves all the others is "". */
export interface InLanguages<T> {
  own: string;
  others: { language: string; template: T }[];
}

export function inLanguages<T extends { title: string }>(
  { title }: { title: string },
  templates: readonly T[],
): InLanguages<T> {
  const titles = templates.map((one) => one.title);
  const languageOf = (one: string) => parted(one, titles).language ?? "";
  const related = new Set(relatives(title, titles));
  const others = templates.filter((one) => one.title !== title && related.has(one.title));
  return {
    own: languageOf(title),
    others: others.map((template) => ({ language: languageOf(template.title), template })),
  };
}

/** "Spanish"; the tag itself, where it is nobody's. */
export function languageName(tag: string): string {
  try {
    // A code that was given up for another names that one's language: `in` is no Indonesian here.
    if (Intl.getCanonicalLocales(tag)[0] !== tag) return tag;
    return new Intl.DisplayNames("en", { type: "language" }).of(tag) ?? tag;
  } catch {
    return tag;
  }
}
