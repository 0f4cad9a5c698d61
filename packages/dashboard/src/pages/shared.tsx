/** A deployment as people without an account see it: how it stands, its steps, its log. Nothing here changes anything. */
import {
  Announcer,
  BuildLogViewer,
  DeploymentProgress,
  EmptyState,
  ErrorPanel,
  RelativeTime,
  Skeleton,
  stateWord,
  deploymentName,
} from "@landfall/react";
import { useParams } from "@tanstack/react-router";
import { useAddress } from "../parts/deployment-address.tsx";
import { inSentence, platformName } from "../parts/deployment-platform.tsx";
import { CommitLine, SiteUrl } from "../parts/deployment-words.tsx";
import { Page } from "../shell/page.tsx";
import { firstErrorLine } from "./deployment/failing-line.ts";
import { useShared } from "./deployment/shared-deployment.ts";

export function SharedPage() {
  const { share } = useParams({ from: "/s/$share" });
  const { deployment, steps, log, connection, error, retry } = useShared(share);
  const address = useAddress();

  if (deployment === null)
    return (
      <main>
        <Page title="Shared deployment">
          {error === null ? (
            <Skeleton waitsFor="the deployment" lines={6} />
          ) : error.code === "NOT_FOUND" ? (
            <EmptyState title="This address shows nothing">
              It may have ended, or was taken back. Ask whoever sent it for a new one.
            </EmptyState>
          ) : (
            <ErrorPanel error={error} onRetry={retry} isNew />
          )}
        </Page>
      </main>
    );

  const { state, project, environment, platform, url, commit } = deployment;
  const failing = state === "failed" ? (steps.findLast((one) => one.state === "failed")?.name ?? null) : null;
  const hasEnded = connection.kind === "ended";
  const step = address.fields["step"] ?? null;
  return (
    <Announcer>
      <main>
        <Page
          title={commit === null ? `Deployment of ${project}` : deploymentName(deployment)}
          tab={`${stateWord(state)} · ${project}`}
          description={
            <div className="lf:grid lf:gap-1 lf:text-text">
              <p className="lf:text-muted">
                <RelativeTime at={deployment.createdAt} /> in {project}, {environment}
              </p>
              {commit === null ? null : <CommitLine commit={commit} />}
              {url === null ? null : <SiteUrl url={url} isLarge />}
            </div>
          }
        >
          <div className="lf:grid lf:grid-cols-1 lf:items-start lf:gap-6 lf:@4xl:grid-cols-[24rem_minmax(0,1fr)]">
            <section aria-label="Steps" className="lf:min-w-0">
              <DeploymentProgress
                deployment={deployment}
                steps={steps}
                connection={connection}
                step={step}
                onStep={(name) => address.set({ step: name })}
                platformName={inSentence(platformName({ id: platform, name: platform }))}
              />
            </section>
            <section aria-label="Log" className="lf:min-w-0">
              <BuildLogViewer
                log={log}
                connection={connection}
                ended={hasEnded}
                step={step}
                onStep={(name) => address.set({ step: name })}
                lines={
                  address.hash ?? (failing !== null && hasEnded ? firstErrorLine(log, deployment.error, failing) : null)
                }
                onLines={address.setHash}
                height="min(60vh, 40rem)"
              />
            </section>
          </div>
        </Page>
      </main>
    </Announcer>
  );
}
