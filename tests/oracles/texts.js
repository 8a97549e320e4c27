// Generated texts, the same for the same seed: of every length at which a count changes, with what
// takes more than one unit put where segments end.

const BASIC =
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡" +
  "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
const EXTENSION = "\f^{}\\[~]|€";

/** The 137 code points of GSM 03.38. */
export const ALPHABET = [...BASIC, ...EXTENSION];

// What a reader takes for one character, in as many code units as it says.
const CLUSTERS = {
  1: ["ç", "`", "á", "α", "Α", "’", "…", "\u00a0", "Ω", "ж", "中", "\u200b", "\ufeff", "\t", "ﬁ"],
  2: ["👋", "𝒳", "😀", "e\u0301", "a\u030a", "✈\ufe0f", "น\u0e49", "ก\u0e33"],
  3: ["a\u0302\u0323", "☝🏽", "1\ufe0f\u20e3"],
  4: ["👍🏽", "🇨🇭", "🇯🇵", "👋🏿"],
  5: ["👩\u200d💻", "👨\u200d🌾"],
  7: ["👩🏽\u200d💻", "👨🏿\u200d🌾"],
  8: ["👩\u200d👩\u200d👦", "👨\u200d👩\u200d👧"],
  11: ["👨\u200d👩\u200d👧\u200d👦"],
};
const ODD = Object.values(CLUSTERS).flat();
// Halves of clusters, which join with whatever stands beside them.
const LOOSE = ["\u0301", "\u0308", "\u200d", "\ufe0f", "🇨", "🏽", "\u20e3", "\r", "\n", "\r\n"];

// Units at which one segment more begins, in both encodings.
const BORDERS = [0, 1, 67, 70, 134, 153, 160, 201, 268, 306, 459, 612, 1000];

/** Texts without an end. */
export function* texts(seed) {
  const random = mulberry32(seed);
  const below = (limit) => Math.floor(random() * limit);
  const one = (list) => list[below(list.length)];
  const length = () => Math.max(0, one(BORDERS) + below(9) - 4);

  const shapes = [
    // A run of one character to just before a border, something odd, and more.
    () => {
      const run = one(["a", "a", "€", "]", "é", "ж", "👋", "Δ"]);
      const before = run.repeat(Math.ceil(length() / run.length));
      const odd = Array.from({ length: 1 + below(4) }, () => one([...ODD, ...EXTENSION, ...LOOSE]));
      return before + odd.join("") + "a".repeat(below(3) === 0 ? length() : below(20));
    },
    // GSM alone, pairs among it.
    () => fill(length(), () => (below(6) === 0 ? one([...EXTENSION]) : one([...BASIC]))),
    // Line ends, as a form would send them.
    () => fill(length(), () => (below(5) === 0 ? one(["\r\n", "\r\n", "\n", "\r"]) : "a")),
    // Clusters of one size, so that borders meet each of their units.
    () => {
      const clusters = one(Object.values(CLUSTERS));
      return "a".repeat(below(12)) + fill(length() % 320, () => one(clusters));
    },
    // Letters and marks, emoji and joiners, in any order.
    () => fill(length() % 320, () => one([...ODD, ...ODD, ...LOOSE, ...EXTENSION, "a", "b", " "])),
    // A plain text with one odd character somewhere.
    () => {
      const text = fill(length(), () => one([..."etaoin shrdlu, "]));
      const at = below(text.length + 1);
      return text.slice(0, at) + one([...ODD, ...EXTENSION]) + text.slice(at);
    },
  ];
  for (;;) yield one(shapes)();
}

function fill(units, next) {
  const parts = [];
  for (let filled = 0; filled < units; ) {
    const part = next();
    parts.push(part);
    filled += part.length;
  }
  return parts.join("");
}

/** The shortest text that is still `wrong`, taking away ever smaller stretches of code points. */
export function minimised(text, wrong) {
  let points = [...text];
  for (let size = points.length >> 1 || 1; ; size >>= 1) {
    for (let at = 0; at < points.length; ) {
      const shorter = points.toSpliced(at, size);
      if (wrong(shorter.join(""))) points = shorter;
      else at += size;
    }
    if (size === 1) return points.join("");
  }
}

/** Numbers from 0 to 1, the same for the same seed (Tommy Ettinger's mulberry32, public domain). */
function mulberry32(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
