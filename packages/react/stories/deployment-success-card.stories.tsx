import type { ReactNode } from "react";
import {
  DeploymentSuccessCard,
  type DeploymentSuccessCardProps,
  FixedNow,
  PostDeploymentChecklist,
} from "../src/index.ts";
import { checklist, deploymentOf, now, succeeded } from "./deployments.ts";

export const title = "DeploymentSuccessCard";

/** A drawn page, in place of a picture of one. */
const picture = {
  url: `data:image/svg+xml,${encodeURIComponent(
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 320 200"><rect width="320" height="200" fill="#e7eef7"/><rect width="320" height="40" fill="#27496d"/><rect x="24" y="64" width="180" height="16" fill="#27496d"/><rect x="24" y="96" width="272" height="80" fill="#ffffff"/></svg>',
  )}`,
  alt: "The start page: a heading and a table of tides",
};

const shown = (props: Partial<DeploymentSuccessCardProps> = {}): ReactNode => (
  <FixedNow at={now}>
    <DeploymentSuccessCard
      deployment={deploymentOf(succeeded)}
      historyUrl="#history"
      onShare={() => undefined}
      {...props}
    />
  </FixedNow>
);

export const stories: Record<string, () => ReactNode> = {
  "without screenshot": () => shown(),
  "with screenshot": () => shown({ screenshot: picture }),
  "screenshot lost": () => shown({ screenshot: { url: "data:image/png,lost", alt: "" } }),
  "first deployment": () => shown({ isFirst: true, usualMs: null }),
  preview: () =>
    shown({
      deployment: deploymentOf({
        ...succeeded,
        environment: "tide-table-of-september",
        live: false,
        url: "https://tide-table-of-september--acme.netlify.example",
        services: [],
      }),
    }),
  "as long as usual, with what is left to do": () =>
    shown({
      usualMs: 70_000,
      children: <PostDeploymentChecklist items={checklist} onCheck={() => undefined} onDone={() => undefined} />,
    }),
  stopped: () => shown({ deployment: deploymentOf({ ...succeeded, stoppedAt: succeeded.finishedAt! }) }),
  "no address": () => shown({ deployment: deploymentOf({ ...succeeded, url: null, services: [], commit: null }) }),
};
