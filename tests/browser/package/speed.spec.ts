// From a key to the frame that shows its preview.
//
// Judged is the page's own work: the CPU time of its main thread to the end of the animation frame's
// callback, as Chromium's trace has it, times 4 for a CPU slowed 4 times. The wait for the screen and
// for other programs is not in it, though a core that others share is slower. It is counted from the
// `input` event; Chromium's own writing of the character comes before that, and is told beside it
// ("key"), as is the time on the wall with Chromium's own slowing.
//
// The goal is 16 ms for 99 keys of 100. The limits here leave room for a busy machine.
import { ElementPage } from "./editor-page.ts";
import { expect, test } from "./fixtures.ts";

const WORDS = "Hi {{entity:guest}}, it is ${place} at {{vrbl:TIME}}. ";
const TYPED = "abcdefghijklmnopqrstuvwxyz 1234567890 ABCDEFGHIJ ";
const SLOWED = 4;
/** So that one key in a hundred is more than the slowest one. */
const ROUNDS = 4;
/** Of the work from the event on, slowed; see above. */
const MEDIAN_MS = 20;
const P99_MS = 40;

// Playwright's own recording works in the page at each key.
test.use({ trace: "off" });

interface TraceEvent {
  name: string;
  /** Of the thread, in microseconds. */
  tts?: number;
  /** Of the clock on the wall, in microseconds. */
  ts: number;
}

test("a key is seen in the preview soon, at 500 characters with the CPU slowed 4 times", async ({
  page,
  project,
  serve,
  browser,
}) => {
  // The keys come one by one over the debugging protocol, which is slowed as well.
  test.setTimeout(180_000);
  const editor = await ElementPage.open(page, project, serve);
  await editor.set({
    value: WORDS.repeat(8).padEnd(500 - TYPED.length, "And so on. "),
    values: { entity: { guest: "Ana" }, variant: { place: "Rome" }, variable: { TIME: "8" } },
  });
  await editor.body.press("ControlOrMeta+End");
  // What runs often is compiled by then, as it is for who has typed a sentence.
  await page.keyboard.type(TYPED);
  expect((await editor.get("value")).length).toBe(500);
  for (let back = 0; back < TYPED.length; back += 1) await page.keyboard.press("Backspace");

  await page.evaluate(() => {
    const editor = document.querySelector("verbatim-editor");
    const shown = editor?.shadowRoot?.querySelector('[part="preview"]');
    if (!shown) throw new Error("expected a preview");
    let frame: number | null = null;
    addEventListener(
      "beforeinput",
      ({ inputType }) => {
        if (inputType !== "insertText") return;
        performance.mark("typed");
        requestAnimationFrame((time) => {
          frame = time;
        });
      },
      { capture: true },
    );
    const heard = ({ inputType, isTrusted }: InputEvent) => {
      if (isTrusted && inputType === "insertText") performance.mark("input");
    };
    addEventListener("input", (event) => heard(event as InputEvent), { capture: true });
    // Told at the end of the callback that changed it. What is not of the key's own frame is no mark.
    new MutationObserver(() => {
      if (frame === document.timeline.currentTime) performance.mark("shown");
      frame = null;
    }).observe(shown, { subtree: true, childList: true, characterData: true });
  });
  const session = await page.context().newCDPSession(page);
  const measure = async (rate: number) => {
    await session.send("Emulation.setCPUThrottlingRate", { rate });
    await browser.startTracing(page, { categories: ["blink.user_timing"] });
    for (let round = 0; round < ROUNDS; round += 1) {
      // Faster than people type: sixteen keys a second.
      await page.keyboard.type(TYPED, { delay: 60 });
      for (let back = 0; back < TYPED.length; back += 1) await page.keyboard.press("Backspace");
      await page.waitForTimeout(200);
    }
    const trace = JSON.parse((await browser.stopTracing()).toString());
    await session.send("Emulation.setCPUThrottlingRate", { rate: 1 });
    return keys(trace.traceEvents);
  };
  const own = await measure(1);
  const slowed = await measure(SLOWED);

  const work = own.map(({ input }) => input * SLOWED);
  const key = own.map(({ cpu }) => cpu * SLOWED);
  const wall = slowed.map((one) => one.wall);
  console.log(
    `to the preview, CPU slowed ${SLOWED} times, ${own.length} keys: from the event ${told(work)}; ` +
      `from the key ${told(key)}; on the wall ${told(wall)}`,
  );
  expect(part(work, 0.5), "the trace knows the thread's time").toBeGreaterThan(0);
  expect(part(work, 0.5)).toBeLessThan(MEDIAN_MS);
  expect(part(work, 0.99)).toBeLessThan(P99_MS);
});

interface Took {
  /** Of the CPU, from the `input` event. */
  input: number;
  /** Of the CPU, from the key. */
  cpu: number;
  wall: number;
}

/** How long each key took, in milliseconds. */
function keys(events: TraceEvent[]): Took[] {
  const marks = events.filter(({ name }) => ["typed", "input", "shown"].includes(name));
  marks.sort((a, b) => a.ts - b.ts);
  const found = marks.flatMap((shown, index) => {
    const [typed, input] = [marks[index - 2], marks[index - 1]];
    if (shown.name !== "shown" || input?.name !== "input" || typed?.name !== "typed") return [];
    const since = (mark: TraceEvent) => ((shown.tts ?? 0) - (mark.tts ?? 0)) / 1000;
    return [{ input: since(input), cpu: since(typed), wall: (shown.ts - typed.ts) / 1000 }];
  });
  expect(found.length).toBe(TYPED.length * ROUNDS);
  return found;
}

function part(times: number[], of: number): number {
  const sorted = [...times].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * of))] ?? Number.NaN;
}

function told(times: number[]): string {
  const [median, p99] = [part(times, 0.5), part(times, 0.99)];
  return `median ${median.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`;
}
