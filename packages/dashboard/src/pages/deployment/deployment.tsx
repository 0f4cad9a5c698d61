/** One deployment: what it is, how it goes, what it printed, and what can be done with it. */
import {
  Announcer,
  type Deployment,
  deploymentName,
  DeploymentProgress,
  EmptyState,
  ErrorPanel,
  type FollowedDeployment,
  isSettled,
  liveKey,
  stateWord,
  useAnnounce,
  useDeployment,
} from "@landfall/react";
import { useQueryClient } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { type Answer, useDo } from "../../ask.ts";
import { Asked } from "../../parts/asked.tsx";
import { ActionDialog, type AskedAction } from "../../parts/deployment-dialog.tsx";
import { type Address, useAddress } from "../../parts/deployment-address.tsx";
import { Checklist } from "../../parts/deployment-checks.tsx";
import { inSentence, usePlatformName } from "../../parts/deployment-platform.tsx";
import { Page } from "../../shell/page.tsx";
import { DeploymentActions } from "./actions.tsx";
import { Failure } from "./failure.tsx";
import { firstErrorLine } from "./failing-line.ts";
import { Facts } from "./facts.tsx";
import { ShareDialog } from "./share.tsx";
import { Success } from "./success.tsx";
import { DeploymentTabs } from "./tabs.tsx";

/** Before the state in the browser's tab: seen where there is no room for the word. */
const marks: Record<Deployment["state"], string> = {
  pending: "…",
  building: "…",
  uploading: "…",
  deploying: "…",
  verifying: "…",
  success: "✓",
  failed: "✗",
  cancelled: "–",
};

export function DeploymentPage() {
  const { project, id } = useParams({ from: "/frame/p/$project/deployments/$id" });
  // Another deployment is another page: nothing of the one before is kept.
  return <PageOf key={id} project={project} id={id} />;
}

function PageOf({ project, id }: { project: string; id: string }) {
  const followed = useDeployment(id);
  const { deployment } = followed;
  const [asked, setAsked] = useState<AskedAction | null>(null);
  const [isSharing, setIsSharing] = useState(false);
  const cancel = useDo((client) => client.deployments.cancel({ id }));
  const ask = (action: AskedAction["action"]): void =>
    setAsked({ action, deployment: { id, project, environment: deployment?.environment ?? "" } });
  const isElsewhere = deployment !== null && deployment.project !== project;

  return (
    <Announcer>
      <Page
        title={deployment === null ? "Deployment" : titleOf(deployment)}
        tab={deployment === null ? `Deployment · ${project}` : tabTitle(deployment)}
        description={deployment === null || isElsewhere ? undefined : <Facts deployment={deployment} />}
        actions={
          deployment === null || isElsewhere ? undefined : (
            <DeploymentActions
              deployment={deployment}
              isCancelling={cancel.isRunning}
              onCancel={() => void cancel.run(undefined)}
              onAction={ask}
              onShare={() => setIsSharing(true)}
            />
          )
        }
      >
        {cancel.error === null ? null : (
          <div className="lf:mb-4">
            <ErrorPanel error={cancel.error} isNew />
          </div>
        )}
        <Asked answer={useAnswerOf(followed, id)} waitsFor="the deployment" lines={8}>
          {(shown) =>
            isElsewhere ? (
              <EmptyState
                title={`${id} is not a deployment of ${project}`}
                action={
                  <Link to="/p/$project/deployments/$id" params={{ project: shown.project, id }}>
                    Go to it in {shown.project}
                  </Link>
                }
              />
            ) : (
              <Body
                deployment={shown}
                followed={followed}
                isCancelling={cancel.isRunning}
                onRedeploy={() => ask("redeploy")}
              />
            )
          }
        </Asked>
      </Page>
      <ActionDialog asked={asked} onClose={() => setAsked(null)} />
      <ShareDialog id={isSharing ? id : null} onClose={() => setIsSharing(false)} />
    </Announcer>
  );
}

interface BodyProps {
  deployment: Deployment;
  followed: FollowedDeployment;
  isCancelling: boolean;
  onRedeploy(): void;
}

function Body({ deployment, followed, isCancelling, onRedeploy }: BodyProps) {
  const { id, project, state, live, error } = deployment;
  const { steps, log, connection } = followed;
  const address = useAddress();
  const failing = state === "failed" ? (steps.findLast((one) => one.state === "failed")?.name ?? null) : null;
  const hasEnded = connection.kind === "ended";
  const step = stepOf(address, failing);
  const lines = address.hash ?? (failing !== null && hasEnded ? firstErrorLine(log, error, failing) : null);
  const all = failing === null ? null : allSteps;
  const platformName = usePlatformName(deployment.platform);
  useFailureSaid(deployment);

  return (
    <div className="lf:grid lf:grid-cols-1 lf:gap-6">
      {state === "success" && live ? <Success deployment={deployment} /> : null}
      {error === null || !isSettled(state) ? null : (
        <Failure deployment={deployment} log={log} step={failing} onRedeploy={onRedeploy} onCheck={followed.retry} />
      )}
      <div className="lf:grid lf:grid-cols-1 lf:items-start lf:gap-6 lf:@4xl:grid-cols-[24rem_minmax(0,1fr)]">
        <div className="lf:grid lf:min-w-0 lf:grid-cols-1 lf:gap-6">
          <div>
            <h2 className="lf:sr-only">Steps</h2>
            <DeploymentProgress
              // What went wrong is said above, over the whole width.
              deployment={{ ...deployment, error: null }}
              steps={steps}
              connection={connection}
              step={step}
              onStep={(name) => address.set({ step: name ?? all, tab: null })}
              isCancelling={isCancelling}
              platformName={inSentence(platformName)}
            />
          </div>
          {state === "success" && live ? <Checklist id={id} project={project} /> : null}
        </div>
        <DeploymentTabs
          deployment={deployment}
          followed={followed}
          address={address}
          step={step}
          lines={lines}
          allSteps={all}
        />
      </div>
    </div>
  );
}

/** Said once when it happens; nothing of what had failed when the page opened. */
function useFailureSaid({ state, error }: Deployment): void {
  const { alert } = useAnnounce();
  const before = useRef(state);
  const what = error?.what ?? "";
  useEffect(() => {
    if (before.current !== state && state === "failed") alert(`The deployment failed. ${what}`);
    before.current = state;
  }, [state, what, alert]);
}

/** In `?step=`: a person wants them all, although one failed. */
const allSteps = "all";

function stepOf({ fields }: Address, failing: string | null): string | null {
  const chosen = fields["step"];
  return chosen === undefined ? failing : chosen === allSteps ? null : chosen;
}

const operations: Record<Deployment["operation"], string> = {
  deploy: "Deployment",
  redeploy: "Redeploy",
  rollback: "Rollback",
  promote: "Promotion",
};

/** What was done, unless it is simply deployed and has a name. */
function titleOf(deployment: Deployment): string {
  const { commit, message, project, operation } = deployment;
  if (commit === null && !message) return `${operations[operation]} of ${project}`;
  const name = deploymentName(deployment);
  return operation === "deploy" ? name : `${operations[operation]}: ${name}`;
}

function tabTitle({ state, project }: Deployment): string {
  return `${marks[state]} ${stateWord(state)} · ${project}`;
}

function useAnswerOf({ deployment, error, retry }: FollowedDeployment, id: string): Answer<Deployment> {
  const queries = useQueryClient();
  return {
    data: deployment ?? undefined,
    error,
    isAsking: false,
    answeredAtMs: queries.getQueryState([...liveKey, "deployment", id])?.dataUpdatedAt ?? Date.now(),
    again: retry,
  };
}
