// The numbers of the host as charts take them: one place for each span of time, also for those in
// which nothing was sent. Pure.
import type { Count, MessageState, Stats } from "../api.ts";

/** States that a chart draws as one, from the bottom up. */
export const GROUPS = [
  { name: "delivered", states: ["delivered"], colour: "--good" },
  {
    name: "under way",
    states: ["queued", "dispatching", "accepted", "sent"],
    colour: "--accent",
  },
  { name: "in doubt", states: ["unknown"], colour: "--field" },
  { name: "suppressed or canceled", states: ["suppressed", "canceled"], colour: "--warn" },
  { name: "failed or undelivered", states: ["failed", "undelivered"], colour: "--bad" },
] as const satisfies { name: string; states: MessageState[]; colour: string }[];

export interface Series {
  /** When each span begins, in seconds. */
  at: number[];
  /** Of each of the groups, how many in each span. */
  groups: number[][];
  /** In percent; null where nothing has ended. */
  rate: (number | null)[];
  /** What the module counted of those that are billed. */
  predicted: number[];
  billed: number[];
}

const NONE: Count = {
  ...{ messages: 0, states: {} },
  ...{ predicted_segments: 0, billed_segments: 0, predicted_of_billed: 0 },
};

export function seriesOf({ since, until, span_seconds: span, over_time }: Stats): Series {
  const seconds = (at: string) => Math.floor(Date.parse(at) / 1000 / span) * span;
  const counts = new Map(over_time.map((one) => [seconds(one.at), one]));
  const at: number[] = [];
  for (let each = seconds(since); each <= seconds(until); each += span) at.push(each);
  const all = at.map((each): Count => counts.get(each) ?? NONE);
  return {
    at,
    groups: GROUPS.map(({ states }) => all.map((count) => inStates(count, states))),
    rate: all.map(rateOf),
    predicted: all.map((count) => count.predicted_of_billed),
    billed: all.map((count) => count.billed_segments),
  };
}

/** Each group on top of those below it. */
export function stacked(groups: number[][]): number[][] {
  const sums: number[] = [];
  return groups.map((group) =>
    group.map((value, index) => {
      const sum = (sums[index] ?? 0) + value;
      sums[index] = sum;
      return sum;
    }),
  );
}

/** Of those that Twilio took and that came to an end, how many arrived, in percent. */
export function rateOf({ states }: Count): number | null {
  const arrived = states.delivered ?? 0;
  const ended = arrived + (states.undelivered ?? 0) + (states.failed ?? 0);
  return ended === 0 ? null : (100 * arrived) / ended;
}

export function inStates({ states }: Count, which: readonly MessageState[]): number {
  return which.reduce((sum, state) => sum + (states[state] ?? 0), 0);
}
