/** A project as it is found again: where it is live, how its last deployment ended, and what can be done at once. */
import {
  Badge,
  buttonClass,
  CopyButton,
  deploymentName,
  NewTab,
  type Project,
  RelativeTime,
  StatusIndicator,
} from "@landfall/react";
import { Link } from "@tanstack/react-router";
import { ExternalLink } from "lucide-react";

export function ProjectCard({
  project,
  mayDeploy,
  platformNames,
}: {
  project: Project;
  mayDeploy: boolean;
  /** Asked once for the page: there may be a thousand cards. */
  platformNames(id: string): string;
}) {
  const { name, environments, platforms, last } = project;
  const production = environments.find((one) => one.name === "production");
  const live = production?.url ? production : environments.find(({ url }) => url !== null);
  const targets = platforms.length > 0 ? platforms : last ? [last.platform] : [];
  return (
    <article className="lf:flex lf:h-full lf:flex-col lf:rounded-lg lf:border lf:border-line lf:bg-raised lf:p-4">
      <div className="lf:flex lf:items-start lf:justify-between lf:gap-3">
        <h2 className="lf:min-w-0 lf:text-lg lf:font-semibold">
          <Link
            to="/p/$project"
            params={{ project: name }}
            className="lf:block lf:wrap-anywhere lf:text-text lf:no-underline lf:hover:underline"
          >
            {name}
          </Link>
        </h2>
        {last ? <StatusIndicator state={last.state} /> : null}
      </div>
      {live?.stoppedAt ? <Badge tone="warning">Stopped</Badge> : null}
      {live?.url ? (
        <a
          href={live.url}
          target="_blank"
          rel="noreferrer"
          className="lf:inline-flex lf:min-h-6 lf:max-w-full lf:items-center lf:gap-1 lf:self-start"
        >
          <span className="lf:truncate">{live.url.replace(/^https?:\/\//, "").replace(/\/$/, "")}</span>
          <ExternalLink aria-hidden size={13} className="lf:shrink-0" />
          <NewTab />
        </a>
      ) : (
        <p className="lf:min-h-6 lf:text-muted">Not live</p>
      )}
      {last ? (
        <LastDeployment project={name} deployment={last} />
      ) : (
        <p className="lf:mt-3 lf:text-muted">Never deployed</p>
      )}
      <div className="lf:mt-3 lf:flex lf:flex-wrap lf:gap-1 lf:empty:hidden">
        {targets.map((platform) => (
          <Badge key={platform}>{platformNames(platform)}</Badge>
        ))}
        {environments.length > 1 ? <Badge>{`${environments.length} environments`}</Badge> : null}
      </div>
      {mayDeploy ? (
        <div className="lf:mt-auto lf:flex lf:flex-wrap lf:items-center lf:gap-2 lf:pt-4">
          <Link
            to="/new"
            search={{ project: name } as never}
            className={buttonClass()}
            aria-label={`Deploy a new version of ${name}`}
          >
            Deploy
          </Link>
          <CopyButton
            text={`landfall deploy --project ${name}`}
            label={`Copy the command: landfall deploy --project ${name}`}
          />
        </div>
      ) : null}
    </article>
  );
}

function LastDeployment({ project, deployment }: { project: string; deployment: NonNullable<Project["last"]> }) {
  const { id, environment, commit, createdAt } = deployment;
  const name = deploymentName(deployment);
  return (
    <p className="lf:mt-3 lf:min-w-0 lf:text-sm">
      <Link
        to="/p/$project/deployments/$id"
        params={{ project, id }}
        title={name}
        className="lf:block lf:truncate lf:text-text lf:no-underline lf:hover:underline"
      >
        {name}
      </Link>
      {/* Of a long branch the rest is left out, not what stands after it. */}
      <span className="lf:flex lf:min-w-0 lf:text-xs lf:whitespace-pre lf:text-muted">
        {commit ? <code className="lf:font-mono">{commit.sha.slice(0, 7)}</code> : null}
        {commit?.branch ? (
          <span title={commit.branch} className="lf:min-w-0 lf:truncate">
            {" on "}
            <bdi>{commit.branch}</bdi>
          </span>
        ) : null}
        {commit ? " · " : null}
        <span className="lf:max-w-full lf:min-w-16 lf:truncate">
          {environment} · <RelativeTime at={createdAt} />
        </span>
      </span>
    </p>
  );
}
