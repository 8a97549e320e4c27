// Our segments beside two other implementations of the same standard, on generated texts: Twilio's
// own calculator and split-sms. SEED repeats a run, TEXTS sets its length.
import assert from "node:assert/strict";
import { test } from "node:test";
import { SegmentedMessage } from "sms-segments-calculator";
import splitSms from "split-sms";
import textUtils from "sms-segments-calculator/dist/libs/textUtils.js";
import { load } from "./engine.js";
import { ALPHABET, minimised, texts } from "./texts.js";

const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 32));
const TEXTS = Number(process.env.TEXTS ?? 20_000);
const ask = await load();

/** Encoding and the units of each segment: `GSM-7 153+8`. */
function ours(text, policy) {
  const { encoding, segment_units: units } = ask({ op: "segments", text, policy }).ok;
  return `${encoding} ${units.join("+")}`;
}

function splitSmss(text) {
  const { characterSet, parts } = splitSms.split(text);
  return characterSet === "GSM"
    ? `GSM-7 ${parts.map((part) => part.bytes).join("+")}`
    : `UCS-2 ${parts.map((part) => part.bytes / 2).join("+")}`;
}

/** Twilio's answer, by its own clusters or, if given, by others. */
function twilios(text, clusters = theirClusters) {
  textUtils.splitGraphemes = clusters;
  const { encodingName, segments } = new SegmentedMessage(text);
  const bits = encodingName === "GSM-7" ? 7 : 16;
  return `${encodingName} ${segments.map((one) => one.messageSizeInBits() / bits).join("+")}`;
}

const theirClusters = textUtils.splitGraphemes;
const segmenter = new Intl.Segmenter("en", { granularity: "grapheme" });
/** The clusters of today's Unicode; CR LF is two, as Twilio has it. */
const clustersOfToday = (text) =>
  Array.from(segmenter.segment(text), ({ segment }) => segment).flatMap((cluster) =>
    cluster === "\r\n" ? ["\r", "\n"] : [cluster],
  );

/** Why our `graphemes` may differ, each with what Twilio's code answers if it is so. */
const REASONS = {
  // Twilio's calculator brings the clusters of Unicode 10, where a skin tone alone and an emoji
  // after a joiner belong to other neighbours than today.
  "clusters of today": (text) => twilios(text, clustersOfToday),
  // CR LF is one cluster to Unicode (rule GB3); Twilio's calculator splits it, and it alone. What
  // is kept whole instead has as many units, and joins nothing: a pair, or a character of two units.
  "CR LF kept whole": (text) => {
    const whole = ours(text, "graphemes").startsWith("GSM-7") ? "€" : "\u{e0001}";
    return twilios(text.replaceAll("\r\n", whole), clustersOfToday);
  },
};

function compare(name, differs, explained = () => undefined) {
  test(name, (t) => {
    t.diagnostic(`SEED=${SEED} TEXTS=${TEXTS}`);
    const reasons = new Map();
    let compared = 0;
    for (const text of texts(SEED)) {
      if (compared === TEXTS) break;
      compared += 1;
      if (differs(text) === undefined) continue;
      const reason = explained(text);
      if (reason === undefined) {
        const wrong = (shorter) => differs(shorter) !== undefined && !explained(shorter);
        const least = minimised(text, wrong);
        assert.fail(`${differs(least)} for ${JSON.stringify(least)}; repeat with SEED=${SEED}`);
      }
      reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    }
    for (const [reason, times] of reasons) t.diagnostic(`${reason}: ${times} texts`);
    const all = [...reasons.values()].reduce((sum, times) => sum + times, 0);
    assert.ok(all < TEXTS / 20, `${all} of ${TEXTS} texts had to be explained`);
  });
}

compare("standard is what split-sms counts", (text) => {
  const [we, they] = [ours(text, "standard"), splitSmss(text)];
  return we === they ? undefined : `standard says ${we}, split-sms says ${they}`;
});

compare(
  "graphemes is what Twilio's calculator counts",
  (text) => {
    const [we, they] = [ours(text, "graphemes"), twilios(text)];
    return we === they ? undefined : `graphemes says ${we}, Twilio's calculator says ${they}`;
  },
  (text) => {
    const we = ours(text, "graphemes");
    return Object.keys(REASONS).find((reason) => REASONS[reason](text) === we);
  },
);

test("each code point of the BMP is encoded alike by all three", () => {
  let gsm = 0;
  for (let code = 0; code < 0x10000; code += 1) {
    if (code >= 0xd800 && code <= 0xdfff) continue; // Halves of pairs are no characters.
    const character = String.fromCharCode(code);
    const we = ours(character, "standard");
    assert.equal(splitSmss(character), we, `U+${code.toString(16)}`);
    assert.equal(twilios(character), we, `U+${code.toString(16)}`);
    assert.equal(we.startsWith("GSM-7"), ALPHABET.includes(character), `U+${code.toString(16)}`);
    gsm += we.startsWith("GSM-7") ? 1 : 0;
  }
  assert.equal(gsm, 137);
});

test("a text is made shorter until nothing can be taken away from it", () => {
  assert.equal(minimised("abc👋def👋", (text) => text.includes("👋")), "👋");
  assert.equal(minimised("xxxaxxxb", (text) => /a.*b/.test(text)), "ab");
});
