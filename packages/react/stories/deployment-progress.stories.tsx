import { type ReactNode, useState } from "react";
import {
  type DeployEvent,
  type Deployment,
  DeploymentProgress,
  type DeploymentProgressProps,
  FixedNow,
  type StepView,
  withEvent,
} from "../src/index.ts";
import { at, buildFailed, deploymentOf, eventsOf, line, step, succeeded } from "./deployments.ts";

export const title = "DeploymentProgress";

const built = [
  [1, { type: "state", state: "building" }],
  [1, step("build web", "started")],
  [31, line("build web", "The release holds dist: 312 files, 4.1 MB.")],
  [31, step("build web", "finished", { durationMs: 30_000 })],
] as const;
const sealed = [
  [31, step("build docs", "started")],
  [33, step("build docs", "reused", { durationMs: 2_000 })],
  [34, step("seal", "started")],
  [34, step("seal", "finished", { durationMs: 300 })],
  [34, { type: "state", state: "deploying" }],
  [35, step("create", "started")],
  [36, step("create", "finished", { durationMs: 900 })],
  [36, step("upload", "started")],
] as const;
const done = [
  [60, line("upload", "24 of 312 files were new")],
  [60, step("upload", "finished", { durationMs: 24_000 })],
  [60, step("deploy", "started")],
  [69, step("deploy", "finished", { durationMs: 9_000 })],
  [69, { type: "state", state: "verifying" }],
  [69, step("verify", "started")],
  [71, line("verify", "GET https://acme.example.com/ → 200")],
  [71, step("verify", "finished", { durationMs: 2_000 })],
  [72, { type: "state", state: "success" }],
] as const;

function Shown({
  events,
  seconds,
  deployment,
  ...rest
}: Omit<DeploymentProgressProps, "deployment" | "steps"> & {
  events: DeployEvent[];
  /** What time it is, in seconds from the beginning. */
  seconds: number;
  deployment?: Partial<Deployment>;
}) {
  return (
    <FixedNow at={at(seconds)}>
      <DeploymentProgress
        platformName="Netlify"
        deployment={deploymentOf(deployment)}
        steps={events.reduce(withEvent, [] as StepView[])}
        {...rest}
      />
    </FixedNow>
  );
}

const nothing = (): void => undefined;
const cancellable = { onCancel: nothing };
const live = { connection: { kind: "live" } } as const;

export const stories: Record<string, () => ReactNode> = {
  queued: () => (
    <Shown events={[]} seconds={8} deployment={{ state: "pending" }} inFront={2} {...live} {...cancellable} />
  ),
  "queued, place not known": () => <Shown events={[]} seconds={8} deployment={{ state: "pending" }} />,
  "no machine left": () => (
    <Shown
      events={[]}
      seconds={48}
      deployment={{
        state: "pending",
        waitsFor:
          "Every machine that could work on it is drained. Whoever runs this Landfall takes one back: landfall servers resume",
      }}
      {...live}
      {...cancellable}
    />
  ),
  running: () => (
    <Shown
      events={eventsOf(...built, ...sealed)}
      seconds={48}
      {...live}
      {...cancellable}
      deployment={{ state: "deploying" }}
    />
  ),
  "running, a step chosen": () => (
    <Shown
      events={eventsOf(...built, ...sealed)}
      seconds={48}
      {...live}
      deployment={{ state: "deploying" }}
      step="build web"
    />
  ),
  "retrying, waits for the next try": () => (
    <Shown
      events={eventsOf(...built, ...sealed, [
        40,
        step("upload", "failed", {
          detail: "Netlify asks to wait: rate limited.",
          durationMs: 4_000,
          nextTryAt: at(60),
        }),
      ])}
      seconds={48}
      deployment={{ state: "deploying" }}
      {...live}
      {...cancellable}
    />
  ),
  "retrying, at the second try": () => (
    <Shown
      events={eventsOf(
        ...built,
        ...sealed,
        [40, step("upload", "failed", { detail: "Netlify asks to wait: rate limited.", durationMs: 4_000 })],
        [44, step("upload", "started", { attempt: 2 })],
      )}
      seconds={48}
      deployment={{ state: "deploying" }}
      {...live}
      {...cancellable}
    />
  ),
  reconnecting: () => (
    <Shown
      events={eventsOf(...built, ...sealed)}
      seconds={60}
      deployment={{ state: "deploying" }}
      connection={{ kind: "reconnecting", lastEventAtMs: Date.parse(at(48)), attempt: 2 }}
      {...cancellable}
    />
  ),
  cancelling: () => <Shown events={eventsOf(...built)} seconds={32} {...live} {...cancellable} isCancelling />,
  cancelled: () => (
    <Shown
      events={eventsOf(
        ...built,
        ...sealed,
        [41, step("upload", "failed", { detail: "Cancelled by a person.", durationMs: 5_000 })],
        [41, { type: "state", state: "cancelled", reason: "Cancelled by a person." }],
      )}
      seconds={200}
      connection={{ kind: "ended" }}
      deployment={{ state: "cancelled", reason: "Cancelled by a person.", finishedAt: at(41), durationMs: 41_000 }}
    />
  ),
  failed: () => (
    <Shown
      events={eventsOf(
        ...built,
        [31, step("build docs", "started")],
        [35, step("build docs", "failed", { detail: buildFailed.what, durationMs: 4_000 })],
        [35, { type: "error", error: buildFailed }],
        [35, { type: "state", state: "failed" }],
      )}
      seconds={200}
      connection={{ kind: "ended" }}
      deployment={{ state: "failed", error: buildFailed, finishedAt: at(35), durationMs: 35_000 }}
      onRecover={nothing}
    />
  ),
  done: () => (
    <Shown
      events={eventsOf(...built, ...sealed, ...done)}
      seconds={200}
      connection={{ kind: "ended" }}
      deployment={succeeded}
    />
  ),
  /** Events as fast as one clicks: for tests of what is said and of the keyboard. */
  "event by event": () => <EventByEvent />,
};

function EventByEvent() {
  const events = eventsOf(...built, ...sealed, ...done);
  const [count, setCount] = useState(2);
  const deployment = events.slice(0, count).findLast(({ type }) => type === "state");
  const state = deployment?.type === "state" ? deployment.state : "pending";
  return (
    <>
      <Shown
        events={events.slice(0, count)}
        seconds={48}
        deployment={state === "success" ? succeeded : { state }}
        {...live}
        {...cancellable}
      />
      <button type="button" onClick={() => setCount(count + 1)}>
        Next event
      </button>
    </>
  );
}
