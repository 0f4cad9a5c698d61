/** A project as it is found again: where it is live, how its last deployment ended, and what can be done at once. */
import {
  Badge,
  buttonClass,
  CopyButton,
  type Deployment,
  deploymentName,
  type Project,
  RelativeTime,
  StatusIndicator,
} from "@landfall/react";
import { Link } from "@tanstack/react-router";
import { ExternalLink } from "lucide-react";
import { useRef } from "react";
import { useAsk } from "../ask.ts";
import { useOnScreen } from "../parts/on-screen.ts";

/** What all cards are given: asked once for the page, there may be a thousand of them. */
export interface CardProps {
  project: Project;
  recent: ReadonlyMap<string, Deployment>;
  mayDeploy: boolean;
  platformNames(id: string): string;
}

export function ProjectCard(props: CardProps) {
  const { project, recent } = props;
  const id = lastIdOf(project);
  const known = id === null ? undefined : recent.get(id);
  return id === null || known || recent.size === 0 ? (
    <Card {...props} last={known} />
  ) : (
    <AskingCard {...props} id={id} />
  );
}

/** Of a project whose last deployment is none of the recent ones: it is asked for while the card can be seen. */
function AskingCard({ id, ...props }: CardProps & { id: string }) {
  const card = useRef<HTMLDivElement>(null);
  const { data } = useAsk(["deployment", id], (client, signal) => client.deployments.get({ id }, { signal }), {
    enabled: useOnScreen(card),
  });
  return (
    <div ref={card} className="lf:h-full">
      <Card {...props} last={data} />
    </div>
  );
}

/** Ids sort by time. */
function lastIdOf({ environments }: Project): string | null {
  return (
    environments
      .flatMap(({ lastDeployment }) => lastDeployment ?? [])
      .sort()
      .at(-1) ?? null
  );
}

function Card({ project, recent, mayDeploy, platformNames, last }: CardProps & { last: Deployment | undefined }) {
  const { name, environments } = project;
  const production = environments.find((one) => one.name === "production");
  const live = production?.url ? production : environments.find(({ url }) => url !== null);
  const platforms = [
    ...new Set(
      environments.flatMap(({ liveDeployment }) =>
        liveDeployment === null ? [] : (recent.get(liveDeployment)?.platform ?? []),
      ),
    ),
  ];
  const targets = platforms.length > 0 ? platforms : last ? [last.platform] : [];
  return (
    <article className="lf:flex lf:h-full lf:flex-col lf:rounded-lg lf:border lf:border-line lf:bg-raised lf:p-4">
      <div className="lf:flex lf:items-start lf:justify-between lf:gap-3">
        <h2 className="lf:min-w-0 lf:text-lg lf:font-semibold">
          <Link
            to="/p/$project"
            params={{ project: name }}
            className="lf:block lf:truncate lf:text-text lf:no-underline lf:hover:underline"
          >
            {name}
          </Link>
        </h2>
        {last ? <StatusIndicator state={last.state} /> : null}
      </div>
      {live?.url ? (
        <a
          href={live.url}
          target="_blank"
          rel="noreferrer"
          className="lf:inline-flex lf:min-h-6 lf:max-w-full lf:items-center lf:gap-1 lf:self-start"
        >
          <span className="lf:truncate">{live.url.replace(/^https?:\/\//, "").replace(/\/$/, "")}</span>
          <ExternalLink aria-hidden size={13} className="lf:shrink-0" />
          <span className="lf:sr-only">, opens in a new tab</span>
        </a>
      ) : (
        <p className="lf:min-h-6 lf:text-muted">Not live</p>
      )}
      {last ? (
        <LastDeployment deployment={last} />
      ) : lastIdOf(project) === null ? (
        <p className="lf:mt-3 lf:text-muted">Never deployed</p>
      ) : (
        // The room of what is not known yet.
        <div className="lf:mt-3 lf:min-h-10" />
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

function LastDeployment({ deployment }: { deployment: Deployment }) {
  const { id, project, environment, commit, createdAt } = deployment;
  return (
    <p className="lf:mt-3 lf:min-w-0 lf:text-sm">
      <Link
        to="/p/$project/deployments/$id"
        params={{ project, id }}
        className="lf:block lf:truncate lf:text-text lf:no-underline lf:hover:underline"
      >
        {deploymentName(deployment)}
      </Link>
      <span className="lf:block lf:truncate lf:text-xs lf:text-muted">
        {commit ? <code className="lf:font-mono">{commit.sha.slice(0, 7)}</code> : null}
        {commit ? (commit.branch === null ? " · " : ` on ${commit.branch} · `) : null}
        {environment} · <RelativeTime at={createdAt} />
      </span>
    </p>
  );
}
