// The host's numbers as charts take them: a place for each span, and nothing counted twice.
import { expect, test } from "vitest";
import type { Count, Stats } from "../src/api.ts";
import { MESSAGE_STATES } from "../src/api.ts";
import { GROUPS, rateOf, seriesOf, stacked } from "../src/parts/series.ts";

const count = (states: Count["states"], segments = 0): Count => ({
  messages: Object.values(states).reduce((sum, n) => sum + n, 0),
  states,
  predicted_segments: segments,
  billed_segments: segments + 1,
  predicted_of_billed: segments,
});

const stats = (over_time: Stats["over_time"]): Stats => ({
  since: "2026-01-01T00:00:30Z",
  until: "2026-01-01T00:04:30Z",
  span_seconds: 60,
  complete: true,
  total: count({}),
  over_time,
  by_template: [],
  by_sender: [],
  by_error: [],
});

test("each span has a place, also one without a message", () => {
  const { at, groups, rate, predicted, billed } = seriesOf(
    stats([
      { at: "2026-01-01T00:01:00Z", ...count({ delivered: 3, failed: 1 }, 5) },
      { at: "2026-01-01T00:04:00.000000Z", ...count({ queued: 2 }) },
    ]),
  );
  expect(at.map((each) => new Date(each * 1000).getUTCMinutes())).toEqual([0, 1, 2, 3, 4]);
  expect(rate).toEqual([null, 75, null, null, null]);
  expect(groups[0]).toEqual([0, 3, 0, 0, 0]);
  expect(groups.at(-1)).toEqual([0, 1, 0, 0, 0]);
  expect(groups[1]).toEqual([0, 0, 0, 0, 2]);
  expect([predicted[1], billed[1], billed[0]]).toEqual([5, 6, 0]);
});

test("every state is in one group", () => {
  const grouped = GROUPS.flatMap(({ states }): string[] => [...states]);
  expect(grouped.sort()).toEqual([...MESSAGE_STATES].sort());
});

test("groups are piled up, and what was suppressed is no failure", () => {
  expect(
    stacked([
      [1, 2],
      [3, 0],
      [0, 5],
    ]),
  ).toEqual([
    [1, 2],
    [4, 2],
    [4, 7],
  ]);
  expect(rateOf(count({ delivered: 1, suppressed: 9, queued: 9 }))).toBe(100);
  expect(rateOf(count({ suppressed: 1 }))).toBeNull();
});
