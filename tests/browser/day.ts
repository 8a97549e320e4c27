// A day of numbers for pictures of them: nobody waits a day for a picture.
const SPAN = 20 * 60;

/** As `GET /v1/stats` answers for 24 hours until now. */
export function aDay(): object {
  const until = Math.floor(Date.now() / 1000);
  const first = Math.floor((until - 24 * 3600) / SPAN) * SPAN;
  const spans = Array.from({ length: 73 }, (_, index) => {
    const hour = new Date((first + index * SPAN) * 1000).getHours();
    // Few at night, most around noon and in the evening.
    const busy = Math.max(0, Math.sin(((hour - 6) / 24) * 2 * Math.PI) + 0.6) * 26;
    const messages = Math.round(busy + ((index * 7) % 5));
    const failed = index % 9 === 4 ? Math.ceil(messages / 6) : index % 4 === 0 ? 1 : 0;
    const suppressed = index % 11 === 6 ? 2 : 0;
    const delivered = Math.max(0, messages - failed - suppressed);
    const predicted = delivered + Math.round(delivered * 0.4);
    return {
      at: new Date((first + index * SPAN) * 1000).toISOString(),
      ...count({ delivered, failed, suppressed }, predicted, predicted + (index === 40 ? 6 : 0)),
    };
  }).filter(({ messages }) => messages > 0);
  const total = spans.reduce((sum, span) => added(sum, span), count({}, 0, 0));
  const share = (of: number): Count => {
    const states = Object.entries(total.states).map(([state, n]) => [state, Math.round(n * of)]);
    const part = (n: number) => Math.round(n * of);
    return count(
      Object.fromEntries(states),
      part(total.predicted_segments),
      part(total.billed_segments),
    );
  };
  return {
    since: new Date((until - 24 * 3600) * 1000).toISOString(),
    until: new Date(until * 1000).toISOString(),
    span_seconds: SPAN,
    complete: true,
    total,
    over_time: spans,
    by_template: [
      { template: "reservation_confirmation", ...share(0.6) },
      { template: "reservation_reminder_es", ...share(0.3) },
      { template: null, ...share(0.1) },
    ],
    by_sender: [
      { sender: "+15550001234", ...share(0.8) },
      { sender: "+15550001236", ...share(0.2) },
    ],
    by_error: [
      {
        code: 30006,
        message: "a landline, or a carrier that cannot be reached",
        help: "use a number that receives SMS",
        messages: 41,
      },
    ],
  };
}

interface Count {
  messages: number;
  states: Record<string, number>;
  predicted_segments: number;
  billed_segments: number;
  predicted_of_billed: number;
}

function count(states: Record<string, number>, predicted: number, billed: number): Count {
  const known = Object.fromEntries(Object.entries(states).filter(([, n]) => n > 0));
  return {
    messages: Object.values(known).reduce((sum, n) => sum + n, 0),
    states: known,
    predicted_segments: predicted,
    billed_segments: billed,
    predicted_of_billed: predicted,
  };
}

function added(a: Count, b: Count): Count {
  const states = { ...a.states };
  for (const [state, n] of Object.entries(b.states)) states[state] = (states[state] ?? 0) + n;
  const predicted = a.predicted_segments + b.predicted_segments;
  return count(states, predicted, a.billed_segments + b.billed_segments);
}
