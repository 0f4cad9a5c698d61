/** What there is to read about a deployment, one thing at a time; which one is in the address. */
import { Tabs } from "@base-ui/react/tabs";
import { BuildLogViewer, type Deployment, type FollowedDeployment } from "@landfall/react";
import type { ReactNode } from "react";
import type { Address } from "../../parts/deployment-address.tsx";
import { logUrl } from "./actions.tsx";
import { ArtifactTab } from "./artifact-tab.tsx";
import { ChangesTab } from "./changes-tab.tsx";
import { EventsTab } from "./events-tab.tsx";
import { PlanTab } from "./plan-tab.tsx";
import { RuntimeTab } from "./runtime-tab.tsx";

const names = ["log", "runtime", "changes", "artifact", "plan", "events"] as const;
type Tab = (typeof names)[number];
const titles: Record<Tab, string> = {
  log: "Log",
  runtime: "Runtime",
  changes: "Changes",
  artifact: "Artifact",
  plan: "Plan",
  events: "Events",
};

export interface DeploymentTabsProps {
  deployment: Deployment;
  followed: FollowedDeployment;
  address: Address;
  step: string | null;
  lines: string | null;
  /** What `?step=` says for all of them; null: it says nothing. */
  allSteps: string | null;
}

export function DeploymentTabs({ deployment, followed, address, step, lines, allSteps }: DeploymentTabsProps) {
  const { log, connection, events } = followed;
  const asked = address.fields["tab"];
  const tab = names.find((name) => name === asked) ?? "log";
  const contents: Record<Tab, () => ReactNode> = {
    log: () => (
      <BuildLogViewer
        log={log}
        connection={connection}
        ended={connection.kind === "ended"}
        step={step}
        onStep={(name) => address.set({ step: name ?? allSteps })}
        lines={lines}
        takesFocus={address.hash !== null}
        onLines={address.setHash}
        plainTextUrl={logUrl(deployment.id)}
        height="min(60vh, 40rem)"
      />
    ),
    runtime: () => <RuntimeTab deployment={deployment} />,
    changes: () => <ChangesTab deployment={deployment} />,
    artifact: () => <ArtifactTab deployment={deployment} />,
    plan: () => <PlanTab plan={deployment.plan} />,
    events: () => <EventsTab events={events} count={events.length} />,
  };
  return (
    <Tabs.Root
      value={tab}
      onValueChange={(name: Tab) => address.set({ tab: name === "log" ? null : name })}
      className="lf:min-w-0"
    >
      <Tabs.List
        aria-label="About this deployment"
        className="lf:mb-3 lf:flex lf:flex-wrap lf:gap-1 lf:border-b lf:border-line"
      >
        {names.map((name) => (
          <Tabs.Tab
            key={name}
            value={name}
            className="lf:-mb-px lf:min-h-9 lf:cursor-pointer lf:border-b-2 lf:border-transparent lf:px-3 lf:text-muted lf:hover:text-text lf:data-active:border-action lf:data-active:font-medium lf:data-active:text-text"
          >
            {titles[name]}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {names.map((name) => (
        <Tabs.Panel key={name} value={name} className="lf:min-w-0">
          <h2 className="lf:sr-only">{titles[name]}</h2>
          {name === tab ? contents[name]() : null}
        </Tabs.Panel>
      ))}
    </Tabs.Root>
  );
}
