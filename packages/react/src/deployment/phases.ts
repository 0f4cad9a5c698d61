/** The rows of a deployment: those it has been through, and those that are to come because its plan says so. */
import { type Deployment, isSettled } from "../types.ts";
import { isUnderWay, type StepView, waitingStep } from "./steps.ts";

export interface Phase extends StepView {
  /** Steps of the platform's own, of which this row is the sum. Null for a step by itself. */
  inside: StepView[] | null;
  /** It has a log of its own. */
  hasLog: boolean;
}

export interface Phases {
  rows: Phase[];
  /** Number of the row that is at work, or was at the end; 0 before the first. */
  at: number;
}

const isBuild = ({ name }: StepView): boolean => name === "build" || name.startsWith("build ");

/**
 * Detect and plan come before a deployment is accepted; build, seal and verify are the engine's; all between the last two are the
 * platform's own, known when they begin. A rollback takes the earlier release as it is, a promotion its artifacts.
 */
export function phasesOf(deployment: Deployment, steps: StepView[], platformName = deployment.platform): Phases {
  const { operation, plan, state } = deployment;
  const named = (name: string): StepView => steps.find((step) => step.name === name) ?? waitingStep(name);
  const seal = named("seal");
  const verify = named("verify");
  const own = steps.filter((step) => step !== seal && step !== verify && !isBuild(step));
  const platform = sumOf({ deployment, steps: own, platformName, isPassed: verify.state !== "waiting" });
  const rows = [
    ...(operation === "deploy" && plan !== null ? before(plan, deployment.createdAt) : []),
    ...(operation === "rollback" || operation === "promote" ? [] : buildsOf(deployment, steps, seal).map(single)),
    ...(operation === "rollback" ? [] : [single(seal)]),
    platform,
    single(verify),
  ];
  const current = rows.findLastIndex((row) => row.state !== "waiting");
  const isDone = current >= 0 && (rows[current]!.state === "finished" || rows[current]!.state === "reused");
  const hasBegun = state !== "pending" && steps.length > 0;
  // Between two steps the next one is what it works at.
  const at = !hasBegun ? 0 : current + (isDone && !isSettled(state) && current + 1 < rows.length ? 2 : 1);
  return { rows, at };
}

function single(step: StepView): Phase {
  return { ...step, inside: null, hasLog: true };
}

function before({ evidence, services, source, notes }: NonNullable<Deployment["plan"]>, at: string): Phase[] {
  const done = (name: string, detail: string): Phase => ({
    ...waitingStep(name),
    state: "finished",
    finishedAt: at,
    detail,
    inside: null,
    hasLog: false,
  });
  const kinds = services.map(({ name, framework, runtime, kind }) => {
    const what = framework ?? (kind === "static" ? "static files" : `${runtime} ${kind}`);
    return services.length === 1 ? what : `${name}: ${what}`;
  });
  const warnings = notes.filter(({ level }) => level === "warning").length;
  return [
    ...(evidence.length === 0 ? [] : [done("detect", kinds.join(", "))]),
    done(
      "plan",
      [
        countOf(source.files, "file"),
        countOf(services.length, "service"),
        ...(warnings === 0 ? [] : [countOf(warnings, "warning")]),
      ].join(", "),
    ),
  ];
}

/** What the plan will build, until it turns out that it was not needed. */
function buildsOf({ plan }: Deployment, steps: StepView[], seal: StepView): StepView[] {
  const begun = steps.filter(isBuild);
  if (plan === null || seal.state !== "waiting") return begun;
  const built = plan.services.filter(({ filesOf }) => filesOf === undefined);
  const names = built.length === 1 ? ["build"] : built.map(({ name }) => `build ${name}`);
  return names.map((name) => begun.find((step) => step.name === name) ?? waitingStep(name));
}

const titles: Record<Deployment["operation"], string> = {
  deploy: "Release on",
  redeploy: "Release on",
  promote: "Promote on",
  rollback: "Give the traffic back on",
};

function sumOf({
  deployment,
  steps,
  platformName,
  isPassed,
}: {
  deployment: Deployment;
  steps: StepView[];
  platformName: string;
  isPassed: boolean;
}): Phase {
  const first = steps[0];
  const last = steps.at(-1);
  const isOver = isPassed || isSettled(deployment.state);
  const base = {
    ...waitingStep("platform"),
    title: `${titles[deployment.operation]} ${platformName}`,
    inside: steps,
    hasLog: false,
  };
  if (first === undefined || last === undefined)
    return isPassed ? { ...base, state: "reused", detail: "Nothing had to be done there." } : base;
  const isDone = last.state === "finished" || last.state === "reused";
  // Whether another one follows is known when the last row has begun.
  const state = isDone && !isOver ? "running" : last.state;
  const finishedAt = isUnderWay({ ...last, state }) ? null : last.finishedAt;
  return {
    ...base,
    state,
    attempt: 1,
    startedAt: first.startedAt,
    finishedAt,
    durationMs:
      finishedAt === null || first.startedAt === null ? null : Date.parse(finishedAt) - Date.parse(first.startedAt),
    detail: deployment.filesSent > 0 ? sentInWords(deployment) : null,
  };
}

function sentInWords({ filesSent, bytesSent }: Deployment): string {
  return `${countOf(filesSent, "file")}, ${bytesInWords(bytesSent)} sent`;
}

function countOf(count: number, noun: string): string {
  return `${new Intl.NumberFormat().format(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** "4.1 MB", in powers of ten. */
export function bytesInWords(bytes: number): string {
  const [unit, size] =
    bytes >= 1e9 ? (["GB", 1e9] as const) : bytes >= 1e6 ? (["MB", 1e6] as const) : (["kB", 1e3] as const);
  return bytes < 1e3
    ? `${bytes} B`
    : `${new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 }).format(bytes / size)} ${unit}`;
}
