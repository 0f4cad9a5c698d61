/** How long deployments took, and which failed: bars over time, the same in words, and as a table for whoever reads no picture. */
import { type Deployment, durationInWords, stateWord } from "@landfall/react";
import { useEffect, useRef } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { useTheme } from "../shell/theme.ts";
import { nameOf } from "./deployment-words.tsx";

const height = 140;

export function DeploymentTrend({ deployments }: { deployments: readonly Deployment[] }) {
  const frame = useRef<HTMLDivElement>(null);
  const theme = useTheme();
  useEffect(() => {
    const element = frame.current;
    if (element === null) return undefined;
    const plot = new uPlot(optionsFor(element), dataOf(deployments), element);
    const watch = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height }));
    watch.observe(element);
    return () => {
      watch.disconnect();
      plot.destroy();
    };
  }, [deployments, theme]);
  return (
    <figure>
      <div ref={frame} role="img" aria-label={inWords(deployments)} className="lf:w-full lf:overflow-hidden" />
      <figcaption className="lf:mt-1 lf:text-sm lf:text-muted">{inWords(deployments)}</figcaption>
      <details className="lf:mt-2 lf:text-sm">
        <summary className="lf:min-h-6 lf:cursor-pointer lf:text-muted">As a table</summary>
        <table className="lf:mt-2 lf:text-start">
          <thead>
            <tr>
              {["Deployment", "State", "Took"].map((one) => (
                <th key={one} scope="col" className="lf:pe-6 lf:text-start lf:font-medium">
                  {one}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {deployments.toReversed().map((one) => (
              <tr key={one.id}>
                <td className="lf:pe-6 lf:[overflow-wrap:anywhere]">{nameOf(one)}</td>
                <td className="lf:pe-6">{stateWord(one.state)}</td>
                <td className="lf:tabular-nums">{durationInWords(one.durationMs ?? 0)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </figure>
  );
}

function inWords(deployments: readonly Deployment[]): string {
  const well = deployments.filter(({ state }) => state === "success");
  const durations = well.map(({ durationMs }) => durationMs ?? 0).toSorted((one, other) => one - other);
  const usual = durations[Math.floor((durations.length - 1) / 2)];
  const succeeded = `${well.length} of the last ${deployments.length} succeeded.`;
  return usual === undefined
    ? succeeded
    : `${succeeded} One usually takes ${durationInWords(usual)}, the longest took ${durationInWords(durations.at(-1)!)}.`;
}

/** Number of each in order, seconds of those that succeeded, seconds of those that failed. */
function dataOf(deployments: readonly Deployment[]): uPlot.AlignedData {
  const seconds = (state: Deployment["state"]): (number | null)[] =>
    deployments.map((one) => (one.state === state ? (one.durationMs ?? 0) / 1_000 : null));
  return [deployments.map((_, index) => index + 1), seconds("success"), seconds("failed")];
}

function optionsFor(element: HTMLElement): uPlot.Options {
  const style = getComputedStyle(element);
  const colour = (name: string): string => style.getPropertyValue(`--lf-${name}`).trim();
  const axis = {
    stroke: colour("text-muted"),
    grid: { stroke: colour("border"), width: 1 },
    ticks: { show: false },
    font: `12px ${style.fontFamily}`,
  };
  const bars = (name: string, tone: string): uPlot.Series => ({
    label: name,
    fill: colour(tone),
    stroke: colour(tone),
    paths: uPlot.paths.bars!({ size: [0.7, 32] }),
    points: { show: false },
  });
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
      { ...axis, grid: { show: false }, values: () => [], size: 8 },
      { ...axis, size: 56, values: (_plot, ticks) => ticks.map((one) => durationInWords(one * 1_000)) },
    ],
    series: [{}, bars("Succeeded", "success-fg"), bars("Failed", "failure-fg")],
  };
}
