/** How long deployments took, how they ended, and how large what was released is: of the last ones, in order. */
import { deploymentName, durationInWords, stateWord } from "@landfall/react";
import { bytesInWords } from "./bytes.ts";
import { type Bars, Chart } from "./chart.tsx";
import { fewestInTrend, type Listed } from "./deployment-recent.tsx";
import { periodsOf, type Unit } from "./periods.ts";

type Ended = "success" | "failed" | "cancelled";
const endings: readonly { state: Ended; name: string; tone: Bars["tone"]; verb: string }[] = [
  { state: "success", name: "Succeeded", tone: "success", verb: "succeeded" },
  { state: "failed", name: "Failed", tone: "failure", verb: "failed" },
  { state: "cancelled", name: "Cancelled", tone: "neutral", verb: "cancelled" },
];

/** Those that ended, the oldest first. */
export function DeploymentTrend({ deployments }: { deployments: readonly Listed[] }) {
  return (
    <div className="lf:grid lf:grid-cols-1 lf:gap-x-8 lf:gap-y-6 lf:@2xl:grid-cols-2 lf:@5xl:grid-cols-3">
      <Durations deployments={deployments.filter(({ state }) => state !== "cancelled")} />
      <Endings deployments={deployments} />
      <Sizes
        deployments={deployments.filter(({ state, releasedBytes }) => state === "success" && releasedBytes !== null)}
      />
    </div>
  );
}

function Durations({ deployments }: { deployments: readonly Listed[] }) {
  if (deployments.length < fewestInTrend) return null;
  const well = deployments.filter(({ state }) => state === "success");
  const durations = well.map(({ durationMs }) => durationMs ?? 0).toSorted((one, other) => one - other);
  const usual = durations[Math.floor((durations.length - 1) / 2)];
  return (
    <Chart
      title="How long they take"
      words={
        usual === undefined
          ? "None of them succeeded."
          : `One that succeeds usually takes ${durationInWords(usual)}, the longest took ${durationInWords(durations.at(-1)!)}.`
      }
      labels={deployments.map(dateOf)}
      bars={endings.slice(0, 2).map(({ state, name, tone }) => ({
        name,
        tone,
        values: deployments.map((one) => (one.state === state ? (one.durationMs ?? 0) / 1_000 : null)),
      }))}
      valueInWords={(seconds) => durationInWords(seconds * 1_000)}
      table={{
        columns: ["Deployment", "State", "Took"],
        rows: deployments.toReversed().map((one) => ({
          key: one.id,
          cells: [deploymentName(one), stateWord(one.state), durationInWords(one.durationMs ?? 0)],
        })),
      }}
    />
  );
}

const periodWords: Record<Unit, { column: string; format: Intl.DateTimeFormatOptions }> = {
  day: { column: "Day", format: { day: "numeric", month: "short" } },
  week: { column: "Week of", format: { day: "numeric", month: "short" } },
  month: { column: "Month", format: { month: "short", year: "numeric" } },
};

function Endings({ deployments }: { deployments: readonly Listed[] }) {
  const { unit, periods } = periodsOf(deployments);
  const { column, format } = periodWords[unit];
  const nameOfPeriod = new Intl.DateTimeFormat(undefined, format);
  const count = (of: readonly Listed[], state: Ended): number => of.filter((one) => one.state === state).length;
  const said = endings.flatMap(({ state, verb }) => {
    const many = count(deployments, state);
    if (many === 0) return [];
    return `${many} ${state === "cancelled" ? `${many === 1 ? "was" : "were"} ` : ""}${verb}`;
  });
  return (
    <Chart
      title="How they end"
      words={`Of the last ${deployments.length}, ${new Intl.ListFormat("en").format(said)}.`}
      labels={periods.map(({ startsAt }) => nameOfPeriod.format(startsAt))}
      bars={endings.map(({ state, name, tone }) => ({
        name,
        tone,
        values: periods.map(({ all }) => count(all, state)),
      }))}
      valueInWords={String}
      isWhole
      table={{
        columns: [column, ...endings.map(({ name }) => name)],
        rows: periods.toReversed().map(({ startsAt, all }) => ({
          key: startsAt.toISOString(),
          cells: [nameOfPeriod.format(startsAt), ...endings.map(({ state }) => String(count(all, state)))],
        })),
      }}
    />
  );
}

function Sizes({ deployments }: { deployments: readonly Listed[] }) {
  if (deployments.length < fewestInTrend) return null;
  const sizes = deployments.map(({ releasedBytes }) => releasedBytes!);
  const [last, least, most] = [sizes.at(-1)!, Math.min(...sizes), Math.max(...sizes)].map(bytesInWords);
  return (
    <Chart
      title="How large they are"
      words={
        least === most
          ? `Each of the last ${sizes.length} is ${last}.`
          : `The last one is ${last}, the smallest ${least}, the largest ${most}.`
      }
      labels={deployments.map(dateOf)}
      bars={[{ name: "Size", tone: "muted", values: sizes }]}
      valueInWords={bytesInWords}
      table={{
        columns: ["Deployment", "Released", "Its source"],
        rows: deployments.toReversed().map((one) => ({
          key: one.id,
          cells: [deploymentName(one), bytesInWords(one.releasedBytes!), sourceInWords(one.sizeBytes)],
        })),
      }}
    />
  );
}

const sourceInWords = (sizeBytes: number | null): string =>
  sizeBytes === null ? "Not known" : bytesInWords(sizeBytes);

const shortDate = new Intl.DateTimeFormat(undefined, periodWords.day.format);

function dateOf({ createdAt }: Listed): string {
  return shortDate.format(new Date(createdAt));
}
