/** Machines that serve this Landfall, and what runs on them now. */
import { Badge, Button, EmptyState, RelativeTime, useNow } from "@landfall/react";
import { Link } from "@tanstack/react-router";
import { Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { useAsk } from "../ask.ts";
import { Asked } from "../parts/asked.tsx";
import { DataTable } from "../parts/data-table.tsx";
import { IconButton, Section } from "../parts/section.tsx";
import { bytesInWords } from "../parts/bytes.ts";
import { SiteUrl } from "../parts/deployment-words.tsx";
import { useMay } from "../session.ts";
import { Page } from "../shell/page.tsx";
import { AddMachineDialog } from "./servers/add-machine-dialog.tsx";
import { type Machine, type MachineAction, machineDialogs } from "./servers/machine-dialogs.tsx";

/** A machine notes itself every ten seconds; three missed and it is called away. */
const awayMs = 35_000;
/** Below this share of its disk a machine is called nearly full. */
const lowShare = 0.1;

export function ServersPage() {
  return (
    <Page title="Servers" description="Machines that serve this Landfall, and what runs on them.">
      <Machines />
      <Running />
    </Page>
  );
}

function Machines() {
  const answer = useAsk(["servers"], (client, signal) => client.servers.list({}, { signal }), { everyMs: 10_000 });
  const now = useNow(5_000);
  const mayChange = useMay(null)("update:server");
  const [isAdding, setAdding] = useState(false);
  const [asked, setAsked] = useState<{ action: MachineAction; machine: Machine } | null>(null);
  const Asking = asked && machineDialogs[asked.action];
  const add = answer.data?.add;
  return (
    <Section
      title="Machines"
      actions={
        mayChange ? (
          <Button
            unavailable={add === undefined || add.possible ? undefined : (add.reason ?? undefined)}
            onClick={() => setAdding(true)}
          >
            <Plus aria-hidden size={14} />
            Add a machine
          </Button>
        ) : undefined
      }
    >
      <Asked answer={answer} waitsFor="the list of machines">
        {({ servers }) =>
          servers.length === 0 ? (
            <EmptyState title="No machine has said that it is here">
              Each one does within ten seconds of its start.
            </EmptyState>
          ) : (
            <DataTable
              label="Machines"
              rows={servers}
              keyOf={({ name }) => name}
              columns={[
                { title: "Name", cell: ({ name }) => <span className="lf:font-mono lf:text-sm">{name}</span> },
                {
                  title: "State",
                  cell: (machine) => <MachineState machine={machine} now={now} />,
                },
                { title: "Does", cell: ({ roles }) => roles.map((role) => roleWords[role] ?? role).join(", ") },
                { title: "Edge", cell: ({ edge }) => (edge === null ? "—" : <EdgeText edge={edge} />) },
                { title: "Disk", cell: ({ disk }) => (disk === null ? "Not known" : <DiskText disk={disk} />) },
                {
                  title: "Deployments running",
                  cell: ({ runningDeployments }) => <span className="lf:tabular-nums">{runningDeployments}</span>,
                },
                { title: "Version", cell: ({ version }) => <span className="lf:font-mono lf:text-sm">{version}</span> },
                ...(mayChange
                  ? [
                      {
                        title: "Actions",
                        isTitleHidden: true,
                        className: "lf:@2xl:text-end lf:@2xl:whitespace-nowrap",
                        cell: (machine: Machine) => (
                          <MachineActions machine={machine} onAsk={(action) => setAsked({ action, machine })} />
                        ),
                      },
                    ]
                  : []),
              ]}
            />
          )
        }
      </Asked>
      {isAdding ? <AddMachineDialog onClose={() => setAdding(false)} /> : null}
      {asked && Asking ? <Asking machine={asked.machine} onClose={() => setAsked(null)} /> : null}
    </Section>
  );
}

function MachineState({
  machine: { lastSeenAt, drainedSince, runningDeployments },
  now,
}: {
  machine: Machine;
  now: number;
}) {
  const isAway = now - Date.parse(lastSeenAt) > awayMs;
  return (
    <>
      {isAway ? (
        <>
          <Badge tone="warning">Away</Badge>{" "}
          <span className="lf:text-muted">
            last heard of <RelativeTime at={lastSeenAt} />
          </span>
        </>
      ) : drainedSince === null ? (
        <Badge tone="success">Reachable</Badge>
      ) : null}
      {drainedSince === null ? null : (
        <>
          {" "}
          <Badge tone="warning">Drained</Badge>{" "}
          <span className="lf:text-muted">
            {runningDeployments > 0 && !isAway ? "finishing what it works on" : "begins nothing new"}
          </span>
        </>
      )}
    </>
  );
}

/** What is possible is the server's to say. */
function MachineActions({
  machine: { name, drainedSince, actions },
  onAsk,
}: {
  machine: Machine;
  onAsk(action: MachineAction): void;
}) {
  const whyNot = (action: MachineAction): string | undefined =>
    actions[action].possible ? undefined : (actions[action].reason ?? undefined);
  return (
    <span className="lf:inline-flex lf:gap-1">
      {drainedSince === null ? (
        <Button look="quiet" aria-label={`Drain ${name}`} unavailable={whyNot("drain")} onClick={() => onAsk("drain")}>
          Drain
        </Button>
      ) : (
        <Button
          look="quiet"
          aria-label={`Take back ${name}`}
          unavailable={whyNot("resume")}
          onClick={() => onAsk("resume")}
        >
          Take back
        </Button>
      )}
      <IconButton
        icon={Trash2}
        label={`Remove ${name}`}
        unavailable={whyNot("remove")}
        onClick={() => onAsk("remove")}
      />
    </span>
  );
}

const roleWords: Record<string, string> = { api: "API", worker: "deployments", edge: "serving" };

function EdgeText({ edge }: { edge: { running: boolean; port: number | null; services: number } }) {
  if (!edge.running) return <Badge tone="warning">Not running</Badge>;
  return (
    <>
      {edge.services === 1 ? "1 service" : `${edge.services} services`}
      {edge.port === null ? null : <span className="lf:text-muted"> on port {edge.port}</span>}
    </>
  );
}

function DiskText({ disk: { freeBytes, totalBytes } }: { disk: { freeBytes: number; totalBytes: number } }) {
  return (
    <>
      <span className="lf:whitespace-nowrap">
        {bytesInWords(freeBytes)} of {bytesInWords(totalBytes)} free
      </span>{" "}
      {freeBytes < totalBytes * lowShare ? <Badge tone="warning">Nearly full</Badge> : null}
    </>
  );
}

function Running() {
  const answer = useAsk(["running"], (client, signal) => client.projects.running({}, { signal }), { everyMs: 10_000 });
  return (
    <Section title="What runs here" description="Services that have the traffic on this server's own machine.">
      <Asked answer={answer} waitsFor="what runs">
        {({ services }) =>
          services.length === 0 ? (
            <EmptyState title="Nothing runs here">
              What is deployed to this machine is listed here while it runs.
            </EmptyState>
          ) : (
            <DataTable
              label="What runs here"
              rows={services}
              keyOf={({ project, environment, service }) => `${project} ${environment} ${service}`}
              columns={[
                {
                  title: "Project",
                  cell: ({ project }) => (
                    <Link to="/p/$project" params={{ project }}>
                      {project}
                    </Link>
                  ),
                },
                { title: "Environment", cell: ({ environment }) => environment },
                { title: "Service", cell: ({ service }) => service },
                {
                  title: "State",
                  cell: ({ state }) => (
                    <Badge tone={stateTone(state)}>{state.charAt(0).toUpperCase() + state.slice(1)}</Badge>
                  ),
                },
                {
                  title: "Address",
                  cell: ({ url }) => <SiteUrl url={url} />,
                },
                { title: "Restarts", cell: ({ restarts }) => <span className="lf:tabular-nums">{restarts}</span> },
              ]}
            />
          )
        }
      </Asked>
    </Section>
  );
}

/** States are the edge's own words (packages/edge, status). */
function stateTone(state: string): "success" | "warning" | "failure" | "neutral" {
  if (state === "running" || state === "serving" || state === "ready" || state === "static") return "success";
  if (state === "failed" || state === "stopped") return "failure";
  return state === "starting" ? "neutral" : "warning";
}
