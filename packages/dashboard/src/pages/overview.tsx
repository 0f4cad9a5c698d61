/** A project at a glance: what is live, how it is, what happened last, and what needs somebody. */
import {
  Button,
  buttonClass,
  CopyField,
  type Deployment,
  DeploymentHistory,
  EmptyState,
  Skeleton,
  isSettled,
  type Project,
  stateWord,
} from "@landfall/react";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { type Answer, useAsk, useDo } from "../ask.ts";
import { Asked } from "../parts/asked.tsx";
import { word } from "../parts/command-word.ts";
import { Attention } from "../parts/deployment-attention.tsx";
import { ActionDialog, type AskedAction, type DeploymentAction, reasonFor } from "../parts/deployment-dialog.tsx";
import { usePlatformNames } from "../parts/deployment-platform.tsx";
import { DeployLink } from "../parts/deploy-link.tsx";
import { LiveCard } from "../parts/deployment-live.tsx";
import { Domains, Environments, useDomains } from "../parts/deployment-places.tsx";
import { fewestInTrend, type Listed, useRecent } from "../parts/deployment-recent.tsx";
import { useOfflineReason } from "../parts/deployment-offline.tsx";
import { Section } from "../parts/section.tsx";
import { useMay } from "../session.ts";
import { useCommands } from "../shell/commands.ts";
import { Page } from "../shell/page.tsx";

const production = "production";
const shownInHistory = 5;

export function OverviewPage() {
  const { project } = useParams({ from: "/frame/p/$project" });
  return <PageOf key={project} project={project} />;
}

const noDeployments: Listed[] = [];

function PageOf({ project }: { project: string }) {
  const about = useAsk(["project", project], (client, signal) => client.projects.get({ project }, { signal }));
  const list = useRecent(project);
  const deployments = list.data?.deployments ?? noDeployments;
  const live = about.data?.environments.find(({ name }) => name === production)?.liveDeployment ?? null;
  const [asked, setAsked] = useState<AskedAction | null>(null);
  const choices = choicesOf(deployments, live);
  const last = deployments[0];
  const offline = useOfflineReason();

  useCommands(
    choices.flatMap(({ action, title, deployment }) =>
      deployment === null ? [] : [{ id: action, title, run: () => setAsked({ action, deployment }) }],
    ),
  );

  if (about.error?.code === "NOT_FOUND" && about.data === undefined) return <NoProject project={project} />;
  return (
    <Page
      title={project}
      tab={last === undefined ? project : `${stateWord(last.state)} · ${project}`}
      actions={
        <>
          {choices.map(({ action, title, deployment, reason }) => (
            <Button
              key={action}
              unavailable={deployment === null ? reason : offline}
              onClick={() => (deployment === null ? undefined : setAsked({ action, deployment }))}
            >
              {title}
            </Button>
          ))}
          <DeployLink project={project} />
        </>
      }
    >
      <Asked answer={about} waitsFor="the project" lines={8}>
        {(shown) => (
          <>
            <ToAttendTo project={project} deployments={deployments} />
            <Production project={project} environment={shown.environments.find(({ name }) => name === production)} />
            <Latest project={project} list={list} onAsk={setAsked} />
            <Trend deployments={deployments} />
            <div className="lf:grid lf:grid-cols-1 lf:gap-x-8 lf:@4xl:grid-cols-2">
              <Environments project={shown} />
              <Domains project={project} />
            </div>
            <FromATerminal project={project} choices={choices} />
          </>
        )}
      </Asked>
      <ActionDialog asked={asked} onClose={() => setAsked(null)} />
    </Page>
  );
}

function NoProject({ project }: { project: string }) {
  return (
    <Page title="No such project">
      <EmptyState
        title={`There is no project ${project} here`}
        action={
          <Link to="/" className={buttonClass()}>
            Go to your projects
          </Link>
        }
      >
        It may have been removed, or belong to another organisation.
      </EmptyState>
    </Page>
  );
}

interface Choice {
  action: DeploymentAction;
  title: string;
  /** With which it would be done; null: `reason` says why it cannot. */
  deployment: Deployment | null;
  reason: string;
}

/** What can be done from here, and with which deployment: the live one again, the newest preview, the one before. */
function choicesOf(deployments: Deployment[], live: string | null): Choice[] {
  const current =
    deployments.find(({ id }) => id === live) ?? deployments.find((one) => one.environment === production);
  const succeeded = deployments.filter(({ state }) => state === "success");
  const preview = succeeded.find(({ environment }) => environment !== production);
  const earlier = succeeded.filter(({ id, environment }) => environment === production && id !== live);
  const target = earlier.find(({ actions }) => actions.rollback.possible) ?? earlier[0];
  const choice = (
    action: DeploymentAction,
    title: string,
    deployment: Deployment | undefined,
    none: string,
  ): Choice => {
    const reason = deployment === undefined ? none : reasonFor(deployment, action);
    return { action, title, deployment: reason === undefined ? deployment! : null, reason: reason ?? "" };
  };
  return [
    choice("redeploy", "Redeploy", current, "Nothing was deployed yet."),
    choice("promote", "Promote", preview, "There is no preview that succeeded."),
    choice("rollback", "Roll back", target, "There is no earlier release to go back to."),
  ];
}

function ToAttendTo({ project, deployments }: { project: string; deployments: Deployment[] }) {
  const may = useMay();
  const last = deployments.find(({ environment }) => environment === production) ?? deployments[0];
  const plan = useAsk(
    ["deployment", last?.id ?? null],
    (client, signal) => client.deployments.get({ id: last!.id }, { signal }),
    { enabled: last !== undefined },
  );
  const connections = useAsk(["connections"], (client, signal) => client.connections.list({}, { signal }), {
    enabled: may("read:connection"),
  });
  const domains = useDomains(project);
  const keys = (plan.data?.plan?.services ?? []).flatMap(({ variables }) =>
    variables.filter(({ required, from }) => required && from === "missing").map(({ key }) => key),
  );
  const seen = new Set<string>();
  const latest = deployments.filter(({ environment }) => !seen.has(environment) && seen.add(environment));
  return (
    <Attention
      project={project}
      latest={latest}
      missing={last === undefined ? null : { environment: last.environment, keys: [...new Set(keys)] }}
      connections={connections.data?.connections ?? []}
      domains={domains.data?.domains ?? []}
    />
  );
}

function Production({
  project,
  environment,
}: {
  project: string;
  environment: Project["environments"][number] | undefined;
}) {
  const id = environment?.liveDeployment ?? null;
  const answer = useAsk(["deployment", id], (client, signal) => client.deployments.get({ id: id! }, { signal }), {
    enabled: id !== null,
  });
  return (
    <Section title="Production">
      {id === null ? (
        <EmptyState title="Nothing is live in production" action={<DeployLink project={project} />}>
          What visitors get is here as soon as a deployment has succeeded.
        </EmptyState>
      ) : (
        <Asked answer={answer} waitsFor="the live deployment">
          {(deployment) => <LiveCard deployment={deployment} stoppedAt={environment?.stoppedAt ?? null} />}
        </Asked>
      )}
    </Section>
  );
}

interface LatestProps {
  project: string;
  list: Answer<{ deployments: Deployment[] }>;
  onAsk(asked: AskedAction): void;
}

function Latest({ project, list, onAsk }: LatestProps) {
  const navigate = useNavigate();
  const platformNames = usePlatformNames();
  const cancel = useDo((client, id: string) => client.deployments.cancel({ id }));
  return (
    <Section
      title="Last deployments"
      actions={
        <Link to="/p/$project/deployments" params={{ project }} className="lf:inline-block lf:min-h-6">
          All deployments
        </Link>
      }
    >
      <DeploymentHistory
        filters={false}
        deployments={list.data?.deployments.slice(0, shownInHistory) ?? null}
        error={list.error ?? cancel.error}
        onRetry={list.again}
        platformName={platformNames}
        hrefOf={({ id }) => `/p/${project}/deployments/${id}`}
        onOpen={({ id }) => void navigate({ to: "/p/$project/deployments/$id", params: { project, id } })}
        actions={{
          redeploy: (deployment) => onAsk({ action: "redeploy", deployment }),
          rollback: (deployment) => onAsk({ action: "rollback", deployment }),
          promote: (deployment) => onAsk({ action: "promote", deployment }),
          cancel: ({ id, state }) => void (isSettled(state) ? undefined : cancel.run(id)),
        }}
      />
    </Section>
  );
}

const DeploymentTrend = lazy(async () => ({
  default: (await import("../parts/deployment-trend.tsx")).DeploymentTrend,
}));

/** Those of production that ended, the oldest first. */
function Trend({ deployments }: { deployments: Listed[] }) {
  const ended = deployments.filter((one) => one.environment === production && isSettled(one.state)).toReversed();
  if (ended.length < fewestInTrend) return null;
  return (
    <Section title="Over time" description="The last deployments to production.">
      <Suspense fallback={<Skeleton waitsFor="the charts" />}>
        <DeploymentTrend deployments={ended} />
      </Suspense>
    </Section>
  );
}

function FromATerminal({ project, choices }: { project: string; choices: Choice[] }) {
  const idFor = (action: DeploymentAction): string | undefined =>
    choices.find((one) => one.action === action)?.deployment?.id;
  const [again, preview, earlier] = [idFor("redeploy"), idFor("promote"), idFor("rollback")];
  return (
    <Section title="From a terminal">
      <dl className="lf:grid lf:grid-cols-1 lf:gap-3 lf:@lg:grid-cols-2">
        <TerminalRow name="Deploy this folder" command={`landfall deploy --project ${word(project)}`} />
        {again === undefined ? null : <TerminalRow name="Redeploy" command={`landfall redeploy ${again}`} />}
        {preview === undefined ? null : <TerminalRow name="Promote" command={`landfall promote ${preview}`} />}
        {earlier === undefined ? null : <TerminalRow name="Roll back" command={`landfall rollback ${word(project)}`} />}
      </dl>
    </Section>
  );
}

function TerminalRow({ name, command }: { name: string; command: string }) {
  return (
    <div className="lf:min-w-0">
      <dt className="lf:text-xs lf:text-muted">{name}</dt>
      <dd>
        <CopyField text={command} label={`command: ${name}`} />
      </dd>
    </div>
  );
}
