// From a key to the frame that shows its preview.
//
// Judged is the page's own work: the CPU time of its main thread from the input event to the end of
// the animation frame's callback, as Chromium's trace has it, times 4 for a CPU slowed 4 times. The
// wait for the screen and for other programs is not in it, though a core that others share is
// slower. The time on the wall, with Chromium's own slowing, is shown beside it.
//
// The goal is 16 ms for 99 of 100. On two virtual cores with a load of 7 it was 24 to 35 ms, half
// of them under 20: twice what CodeMirror takes with nothing of ours in it (8 to 10 ms). So the
// limits here only see that it gets no worse.
import { ElementPage } from "./editor-page.ts";
import { expect, test } from "./fixtures.ts";

const WORDS = "Hi {{entity:guest}}, it is ${place} at {{vrbl:TIME}}. ";
const TYPED = "abcdefghijklmnopqrstuvwxyz 1234567890 ABCDEFGHIJ ";
const SLOWED = 4;
/** Of the work, slowed; see above. */
const MEDIAN_MS = 40;
const P99_MS = 80;

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
    addEventListener(
      "beforeinput",
      () => {
        performance.mark("typed");
        const before = shown?.textContent;
        requestAnimationFrame(() => {
          // It shows this very key, or what is measured is something else.
          performance.mark(shown?.textContent === before ? "late" : "shown");
        });
      },
      { capture: true },
    );
  });
  const session = await page.context().newCDPSession(page);
  const measure = async (rate: number) => {
    await session.send("Emulation.setCPUThrottlingRate", { rate });
    await browser.startTracing(page, { categories: ["blink.user_timing"] });
    // As fast as people type: ten keys a second.
    await page.keyboard.type(TYPED, { delay: 100 });
    await page.waitForTimeout(200);
    const trace = JSON.parse((await browser.stopTracing()).toString());
    await session.send("Emulation.setCPUThrottlingRate", { rate: 1 });
    for (let back = 0; back < TYPED.length; back += 1) await page.keyboard.press("Backspace");
    return keys(trace.traceEvents);
  };
  const own = await measure(1);
  const slowed = await measure(SLOWED);

  const work = own.map(({ cpu }) => cpu * SLOWED);
  const wall = slowed.map((key) => key.wall);
  console.log(`key to preview, CPU slowed ${SLOWED} times: work ${told(work)}; wall ${told(wall)}`);
  expect(part(work, 0.5), "the trace knows the thread's time").toBeGreaterThan(0);
  expect(part(work, 0.5)).toBeLessThan(MEDIAN_MS);
  expect(part(work, 0.99)).toBeLessThan(P99_MS);
});

/** How long each key took, in milliseconds: on the CPU, and on the wall. */
function keys(events: TraceEvent[]): { cpu: number; wall: number }[] {
  const marks = events.filter(({ name }) => ["typed", "shown", "late"].includes(name));
  marks.sort((a, b) => a.ts - b.ts);
  expect(marks.map(({ name }) => name)).not.toContain("late");
  const found = marks.flatMap((mark, index) => {
    const before = marks[index - 1];
    if (mark.name !== "shown" || before?.name !== "typed") return [];
    const cpu = ((mark.tts ?? 0) - (before.tts ?? 0)) / 1000;
    return [{ cpu, wall: (mark.ts - before.ts) / 1000 }];
  });
  expect(found.length).toBe(TYPED.length);
  return found;
}

function part(times: number[], of: number): number {
  const sorted = [...times].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * of))] ?? Number.NaN;
}

function told(times: number[]): string {
  const [median, p99] = [part(times, 0.5), part(times, 0.99)];
  return `median ${median.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms of ${times.length}`;
}
