// The charts of deliveries, drawn by uPlot. This is loaded only where a chart is shown; what it
// draws stands beside it as text and as a table, so nothing here is for screen readers.
import UPlot from "uplot";
import { GROUPS, type Series, stacked } from "./series.ts";

const HEIGHT = 170;
const FONT = "12px system-ui, sans-serif";

/** A drawn chart. */
export interface Chart {
  show(series: Series): void;
  resize(width: number): void;
  close(): void;
}

/** What a chart needs beside its numbers. */
export interface Place {
  node: HTMLElement;
  /** Whether a span is part of a day, so that its time is written rather than its date. */
  withinDays: boolean;
  /** Which place the pointer is at; null for none. */
  pointed: (index: number | null) => void;
}

type Line = UPlot.Series;

/** How many of a hundred arrived. */
export function rateChart(place: Place): Chart {
  const colour = coloursOf(place.node);
  const line: Line = {
    scale: "%",
    stroke: colour("--good"),
    fill: colour("--good-tint"),
    width: 1.5,
    spanGaps: true,
    points: { show: true, size: 5, fill: colour("--good"), filter: alone },
  };
  return chart(place, [line], yAxis(colour, "%"), ({ rate }) => [rate]);
}

/** The places of values without a neighbour, which no line shows. */
function alone({ data }: UPlot, index: number): number[] {
  const values = data[index] ?? [];
  const known = (at: number) => values[at] != null;
  return [...values.keys()].filter((at) => known(at) && !known(at - 1) && !known(at + 1));
}

/** How many in each group, one upon the other. */
export function stateChart(place: Place): Chart {
  const colour = coloursOf(place.node);
  // What is drawn first lies behind, so the highest pile comes first.
  const piles = GROUPS.map(({ colour: name }): Line => bars(colour(name), 0)).reverse();
  return chart(place, piles, yAxis(colour), ({ groups }) => stacked(groups).reverse());
}

/** What was predicted beside what is billed. */
export function segmentChart(place: Place): Chart {
  const colour = coloursOf(place.node);
  const lines = [bars(colour("--field"), -1), bars(colour("--accent"), 1)];
  return chart(place, lines, yAxis(colour), ({ predicted, billed }) => [predicted, billed]);
}

function chart(
  { node, withinDays, pointed }: Place,
  lines: Line[],
  yAxis: UPlot.Axis,
  numbers: (series: Series) => (number | null)[][],
): Chart {
  const colour = coloursOf(node);
  const format = new Intl.DateTimeFormat(
    undefined,
    withinDays ? { hour: "2-digit", minute: "2-digit" } : { day: "numeric", month: "short" },
  );
  const plot = new UPlot(
    {
      width: Math.max(node.clientWidth, 100),
      height: HEIGHT,
      legend: { show: false },
      cursor: { points: { show: false }, drag: { x: false, y: false } },
      scales: {
        x: { range: ({ data: [at] }) => withRoom(at) },
        y: { range: (_, __, most) => [0, Math.max(most, 4) * 1.05] },
        "%": { range: [0, 104] },
      },
      axes: [
        {
          ...axis(colour),
          size: 26,
          grid: { show: false },
          values: (_, splits) => splits.map((at) => format.format(at * 1000)),
        },
        yAxis,
      ],
      series: [{}, ...lines],
      hooks: { setCursor: [({ cursor }) => pointed(cursor.idx ?? null)] },
    },
    [[], ...lines.map(() => [])],
    node,
  );
  return {
    show: (series) => plot.setData([series.at, ...numbers(series)] as UPlot.AlignedData),
    resize: (width) => plot.setSize({ width: Math.max(width, 100), height: HEIGHT }),
    close: () => plot.destroy(),
  };
}

/** Half a bar's room at both ends. */
function withRoom(at: ArrayLike<number>): [number, number] {
  const [first = 0, second = first + 1] = [at[0], at[1]];
  const half = (second - first) / 2;
  return [first - half, (at[at.length - 1] ?? first) + half];
}

/** `side`: -1 and 1 for bars that stand beside each other. */
function bars(fill: string, side: -1 | 0 | 1): Line {
  const paths = UPlot.paths.bars?.({ size: [side === 0 ? 0.8 : 0.4, 40], align: side });
  return { fill, width: 0, points: { show: false }, ...(paths === undefined ? {} : { paths }) };
}

type Colour = (variable: string) => string;

function axis(colour: Colour): UPlot.Axis {
  return { stroke: colour("--muted"), font: FONT, ticks: { show: false } };
}

function yAxis(colour: Colour, scale = "y"): UPlot.Axis {
  const percent = scale === "%";
  return {
    ...axis(colour),
    scale,
    size: 46,
    grid: { stroke: colour("--line"), width: 1 },
    incrs: percent ? [50] : [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000],
    values: (_, splits) => splits.map((value) => (percent ? `${value} %` : `${value}`)),
  };
}

/** What a variable of the style sheet is here and now: a canvas knows none. */
function coloursOf(node: HTMLElement): Colour {
  return (variable) => {
    node.style.color = `var(${variable})`;
    const { color } = getComputedStyle(node);
    node.style.color = "";
    return color;
  };
}
