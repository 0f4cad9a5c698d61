/** Bars in a row, and whoever reads no picture has the same in words and as a table. Colour is that of a status, or none. */
import { useEffect, useId, useRef } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { useTheme } from "../shell/theme.ts";

const height = 140;
/** Room of a label below the bars. */
const labelWidth = 64;

type Tone = "success" | "failure" | "neutral" | "muted";
const colours = {
  success: { token: "--lf-success-fg", swatch: "lf:bg-success" },
  failure: { token: "--lf-failure-fg", swatch: "lf:bg-failure" },
  neutral: { token: "--lf-neutral-fg", swatch: "lf:bg-neutral" },
  muted: { token: "--lf-text-muted", swatch: "lf:bg-muted" },
} as const satisfies Record<Tone, object>;

export interface Bars {
  name: string;
  tone: Tone;
  /** One for each label; null and 0 are no bar. Those of several stand on one another. */
  values: readonly (number | null)[];
}

export interface ChartProps {
  title: string;
  /** What the picture says. */
  words: string;
  /** One for each bar; as many as there is room for are shown. */
  labels: readonly string[];
  /** In the order they stand on one another. */
  bars: readonly Bars[];
  /** A value of the axis. */
  valueInWords(value: number): string;
  /** Steps of the axis; default: any. */
  isWhole?: boolean;
  table: { columns: readonly string[]; rows: readonly { key: string; cells: readonly string[] }[] };
}

export function Chart({ title, words, labels, bars, valueInWords, isWhole = false, table }: ChartProps) {
  const heading = useId();
  return (
    <figure aria-labelledby={heading} className="lf:min-w-0">
      <h3 id={heading} className="lf:mb-2 lf:font-medium">
        {title}
      </h3>
      <Plot words={words} labels={labels} bars={bars} valueInWords={valueInWords} isWhole={isWhole} />
      {bars.length === 1 ? null : (
        <ul aria-hidden className="lf:mt-1 lf:flex lf:flex-wrap lf:gap-x-3 lf:text-xs lf:text-muted">
          {bars.map(({ name, tone }) => (
            <li key={name} className="lf:flex lf:items-center lf:gap-1.5">
              <span className={`lf:size-2.5 lf:rounded-xs ${colours[tone].swatch}`} />
              {name}
            </li>
          ))}
        </ul>
      )}
      <figcaption className="lf:mt-1 lf:text-sm lf:text-muted">{words}</figcaption>
      <details className="lf:mt-1 lf:text-sm">
        <summary className="lf:min-h-6 lf:cursor-pointer lf:text-muted">As a table</summary>
        <table aria-labelledby={heading} className="lf:mt-2 lf:w-full lf:text-start">
          <thead>
            <tr>
              {table.columns.map((one) => (
                <th key={one} scope="col" className="lf:pe-4 lf:pb-1 lf:text-start lf:font-medium">
                  {one}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {table.rows.map(({ key, cells }) => (
              <tr key={key}>
                {cells.map((cell, at) => (
                  <td
                    key={table.columns[at]}
                    className={`lf:pe-4 lf:align-top ${at === 0 ? "lf:[overflow-wrap:anywhere]" : "lf:tabular-nums"}`}
                  >
                    {cell}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </figure>
  );
}

type PlotProps = Pick<ChartProps, "words" | "labels" | "bars" | "valueInWords"> & { isWhole: boolean };

function Plot({ words, ...shown }: PlotProps) {
  const frame = useRef<HTMLDivElement>(null);
  const theme = useTheme();
  // What is drawn, as text: the values are made anew whenever the page is.
  const drawn = JSON.stringify([shown.labels, shown.bars]);
  const latest = useRef(shown);
  latest.current = shown;
  useEffect(() => {
    const element = frame.current;
    if (element === null) return undefined;
    const plot = new uPlot(optionsFor(element, latest.current), dataOf(latest.current), element);
    const watch = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height }));
    watch.observe(element);
    return () => {
      watch.disconnect();
      plot.destroy();
    };
  }, [drawn, theme]);
  return <div ref={frame} role="img" aria-label={words} className="lf:w-full lf:overflow-hidden" />;
}

/** Each with all below it, the tallest first: the next is drawn over its foot. */
function dataOf({ labels, bars }: Pick<ChartProps, "labels" | "bars">): uPlot.AlignedData {
  const positions = labels.map((_, at) => at + 1);
  const stacked = bars.map(({ values }, index) =>
    values.map((value, at) =>
      value ? bars.slice(0, index + 1).reduce((sum, one) => sum + (one.values[at] ?? 0), 0) : null,
    ),
  );
  return [positions, ...stacked.toReversed()];
}

function optionsFor(
  element: HTMLElement,
  { labels, bars, valueInWords, isWhole }: Omit<PlotProps, "words">,
): uPlot.Options {
  const style = getComputedStyle(element);
  const colour = (token: string): string => style.getPropertyValue(token).trim();
  const axis: uPlot.Axis = {
    stroke: colour("--lf-text-muted"),
    grid: { stroke: colour("--lf-border"), width: 1 },
    ticks: { show: false },
    font: `12px ${style.fontFamily}`,
  };
  const series = bars.map<uPlot.Series>(({ name, tone }) => ({
    label: name,
    fill: colour(colours[tone].token),
    // Parts that stand on one another are told apart by their edges too.
    stroke: colour("--lf-bg"),
    width: 1,
    paths: uPlot.paths.bars!({ size: [0.7, 32] }),
    points: { show: false },
  }));
  /** Every so many that their labels do not touch. */
  const labelled = ({ width }: uPlot): number[] => {
    const every = Math.max(1, Math.ceil((labels.length * labelWidth) / Math.max(labelWidth, width - labelWidth)));
    return labels.flatMap((_, at) => (at % every === 0 ? at + 1 : []));
  };
  return {
    width: element.clientWidth,
    height,
    legend: { show: false },
    cursor: { show: false },
    scales: {
      x: { time: false, range: (_plot, least, most) => [least - 0.5, most + 0.5] },
      y: { range: (_plot, _least, most) => [0, most * 1.1 || 1] },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        size: 30,
        gap: 10,
        splits: labelled,
        values: (_plot, at) => at.map((one, index) => distinct(labels, one, at[index - 1])),
      },
      {
        ...axis,
        size: labelWidth,
        ...(isWhole ? { incrs: [1, 2, 5, 10, 20, 50, 100] } : {}),
        values: (_plot, ticks) => ticks.map(valueInWords),
      },
    ],
    series: [{}, ...series.toReversed()],
  };
}

/** The label of a bar, unless the one labelled before it has the same. Bars count from 1. */
function distinct(labels: readonly string[], at: number, before: number | undefined): string {
  const label = labels[at - 1] ?? "";
  return before !== undefined && labels[before - 1] === label ? "" : label;
}
