import { type ReactNode, useState } from "react";
import { Button, type Deployment, DeploymentHistory, type DeploymentHistoryProps, FixedNow } from "../src/index.ts";
import { at, buildFailed, deploymentOf, now, succeeded, unreachable } from "./deployments.ts";

export const title = "DeploymentHistory";

const hours = (count: number): number => -count * 3_600;
const commitOf = (sha: string, message: string, branch = "main") => ({
  sha: sha.repeat(8),
  message,
  branch,
  author: "Ana Ruiz",
});
const row = (id: string, seconds: number, rest: Partial<Deployment>): Deployment =>
  deploymentOf({ id, createdAt: at(seconds), finishedAt: at(seconds + 72), ...rest });

const list: Deployment[] = [
  deploymentOf({ id: "dep_01kxw3q8hz5m2n4p6r8t", commit: commitOf("a1b2c", "Correct the tide table for September") }),
  row("dep_01kxw1b7c2dd3ee4ff5g", hours(2), {
    ...succeeded,
    operation: "rollback",
    releaseId: "rel_1",
    message: "rollback of dep_01kxv0",
    commit: null,
    finishedAt: at(hours(2) + 3),
    durationMs: 3_000,
  }),
  row("dep_01kxw0aa11bb22cc33dd", hours(3), {
    ...succeeded,
    live: false,
    releaseId: "rel_2",
    commit: commitOf(
      "c4d5e",
      "Show the next high water on the start page, and the one after it, in the time zone of the harbour",
    ),
    startedBy: "Kofi Mensah",
    finishedAt: at(hours(3) + 81),
  }),
  row("dep_01kxvz9900aa88bb77cc", hours(5), {
    state: "failed",
    error: buildFailed,
    platform: "vercel",
    environment: "tide-table-of-september",
    commit: commitOf("f6a7b", "Try another chart", "feature/charts"),
  }),
  row("dep_01kxvx5544aa33bb22cc", hours(26), {
    state: "cancelled",
    reason: "Cancelled by a person.",
    startedBy: null,
    commit: null,
  }),
  row("dep_01kxv01122aa33bb44cc", hours(50), {
    ...succeeded,
    live: false,
    releaseId: "rel_1",
    finishedAt: at(hours(50) + 68),
  }),
];

const nothing = (): void => undefined;
const actions = { redeploy: nothing, rollback: nothing, promote: nothing, cancel: nothing };

const shown = (props: Partial<DeploymentHistoryProps> = {}): ReactNode => (
  <FixedNow at={now}>
    <DeploymentHistory
      deployments={list}
      hrefOf={({ id }) => `#${id}`}
      actions={actions}
      onCompare={nothing}
      {...props}
    />
  </FixedNow>
);

export const stories: Record<string, () => ReactNode> = {
  full: () => shown(),
  "to look at only": () => (
    <FixedNow at={now}>
      <DeploymentHistory deployments={list} />
    </FixedNow>
  ),
  "without filters": () => (
    <FixedNow at={now}>
      <DeploymentHistory deployments={list} filters={false} actions={actions} />
    </FixedNow>
  ),
  "two chosen": () => shown({ selected: [list[1]!.id, list[2]!.id], onSelect: nothing }),
  "first time": () => shown({ deployments: [], firstAction: <Button look="primary">Deploy</Button> }),
  "nothing matches": () => shown({ filter: { state: "verifying", text: "harbour" }, onFilter: nothing }),
  "nothing matches among those read": () =>
    shown({ filter: { text: "harbour mouth" }, hasMore: true, onMore: nothing }),
  filtered: () => shown({ filter: { environment: "production", state: "success" }, onFilter: nothing }),
  loading: () => shown({ deployments: null }),
  "older pages": () => shown({ hasMore: true, onMore: nothing }),
  "reading older pages": () => shown({ hasMore: true, onMore: nothing, isLoadingMore: true }),
  "failed to load": () => shown({ deployments: null, error: unreachable, onRetry: nothing }),
  "failed to load again": () => shown({ error: unreachable, onRetry: nothing, readAt: at(120) }),
  "what was done": () => <Done />,
};

/** Says what its callbacks were called with: for tests of keyboard and menu. */
function Done() {
  const [said, setSaid] = useState("nothing yet");
  const say = (verb: string) => (deployment: Deployment) => setSaid(`${verb} ${deployment.id}`);
  return (
    <>
      {shown({
        onOpen: say("open"),
        onCompare: (ids) => setSaid(`compare ${ids.join(" with ")}`),
        actions: { redeploy: say("redeploy"), rollback: say("rollback"), cancel: say("cancel") },
      })}
      <output>{said}</output>
    </>
  );
}
