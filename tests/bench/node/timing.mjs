// Times calls as src/timing.rs does natively: in turns, in calibrated batches, what a call gives
// consumed.

const BATCH_MS = 2;
// V8 compiles what runs often, some time after it has: measured is what a busy page would see.
const WARM_UP_MS = 100;

let consumed = 0;

/** Milliseconds that so many calls take. */
function time({ call, texts, size }, calls) {
    const begun = performance.now();
    for (let at = 0; at < calls; at += 1) consumed += size(call(texts[at % texts.length]));
    return performance.now() - begun;
}

function calibrate(contender) {
    for (const begun = performance.now(); performance.now() - begun < WARM_UP_MS; ) time(contender, 10);
    for (let calls = 1; ; calls *= 2) {
        const took = time(contender, calls);
        if (took >= BATCH_MS) return Math.max(1, Math.floor((calls * BATCH_MS) / took));
    }
}

/** Nanoseconds of each contender's call, a sample for each round. */
export function measure(contenders, rounds) {
    const running = contenders.map((one) => ({ ...one, calls: calibrate(one), samples: [] }));
    for (let round = 0; round < rounds; round += 1) {
        for (let turn = 0; turn < running.length; turn += 1) {
            const one = running[(round + turn) % running.length];
            one.samples.push((time(one, one.calls) * 1e6) / one.calls);
        }
    }
    if (consumed === 0) throw new Error("nothing was consumed");
    return running.map(({ name, samples }) => [name, samples]);
}
