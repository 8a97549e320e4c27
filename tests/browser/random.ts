// Random bodies, values and numbers, from a seed that the test's report shows, so that a failure
// can be had again with SEED=….

export const SEED = Number(process.env["SEED"] ?? Math.floor(Math.random() * 2 ** 31));

/** mulberry32: small, and good enough to choose words. */
export function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export class Choice {
  readonly #next: () => number;

  constructor(seed: number) {
    this.#next = generator(seed);
  }

  below(n: number): number {
    return Math.floor(this.#next() * n);
  }

  of<T>(choices: readonly [T, ...T[]]): T {
    return choices[this.below(choices.length)] ?? choices[0];
  }

  /** GSM-7, its extension table, what forces UCS-2, and what lies outside the BMP. */
  words(n: number): string {
    return Array.from({ length: n }, () => this.of(WORDS)).join(" ");
  }

  name(): string {
    return Array.from({ length: 6 }, () => String.fromCharCode(97 + this.below(26))).join("");
  }

  /** A number that North America keeps free for fiction: +1 NXX 555 01XX. */
  number(): string {
    const area = `${2 + this.below(8)}${this.below(9)}${this.below(10)}`;
    return `+1${area}55501${this.below(10)}${this.below(10)}`;
  }
}

const WORDS = [
  "table",
  "for",
  "two",
  "at",
  "eight",
  "Ærø",
  "€20",
  "[terrace]",
  "{window}",
  "a|b",
  "$5",
  "ça",
  "naïve",
  "“quoted”",
  "it’s",
  "…",
  "–",
  "👋",
  "👩‍👩‍👧",
  "日本",
  "café",
] as const;
