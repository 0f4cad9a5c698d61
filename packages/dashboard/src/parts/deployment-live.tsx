/** What has the traffic in an environment: where, of what, since when, and how it is. */
import { type ChecklistItem, type Deployment, deploymentName, RelativeTime } from "@landfall/react";
import { Link } from "@tanstack/react-router";
import { CircleAlert, CircleCheck, CircleHelp, CircleX } from "lucide-react";
import type { ReactNode } from "react";
import { type Answer, useAsk } from "../ask.ts";
import { useChecklist } from "./deployment-checks.tsx";
import { usePlatformName } from "./deployment-platform.tsx";
import { CommitLine, counted, SiteUrl } from "./deployment-words.tsx";
import { repositoryOf } from "./repository.ts";
import { Card } from "./section.tsx";

export function LiveCard({ deployment, stoppedAt }: { deployment: Deployment; stoppedAt: string | null }) {
  const { id, project, url, services, commit, finishedAt, createdAt, platform, startedBy } = deployment;
  const platformName = usePlatformName(platform);
  const others = services.filter((service) => service.url !== url);
  return (
    <Card>
      {url === null ? <p className="lf:font-medium">No address: it serves no pages.</p> : <SiteUrl url={url} isLarge />}
      {others.length === 0 ? null : (
        <ul className="lf:mt-1">
          {others.map((service) => (
            <li key={service.name} className="lf:flex lf:flex-wrap lf:items-center lf:gap-x-2">
              <span className="lf:text-muted">{service.name}</span>
              <SiteUrl url={service.url} />
            </li>
          ))}
        </ul>
      )}
      <dl className="lf:mt-4 lf:grid lf:gap-x-6 lf:gap-y-3 lf:@lg:grid-cols-2 lf:@4xl:grid-cols-4">
        <Fact name="Deployment">
          <Link
            to="/p/$project/deployments/$id"
            params={{ project, id }}
            className="lf:inline-block lf:min-h-6 lf:break-words"
          >
            {deploymentName(deployment)}
          </Link>
          {commit === null ? null : <CommitLine commit={commit} repository={repositoryOf(deployment)} />}
        </Fact>
        <Fact name="Live since">
          <RelativeTime at={finishedAt ?? createdAt} />
          {startedBy === null ? "" : `, by ${startedBy}`}
        </Fact>
        <Fact name="Target">{platformName}</Fact>
        <Fact name="Health">
          {stoppedAt === null ? (
            <Health deployment={deployment} />
          ) : (
            <ul>
              <Line verdict="warning">
                Stopped <RelativeTime at={stoppedAt} />; visitors are told so
              </Line>
            </ul>
          )}
        </Fact>
      </dl>
    </Card>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="lf:min-w-0">
      <dt className="lf:text-xs lf:text-muted">{name}</dt>
      <dd className="lf:min-w-0 lf:break-words">{children}</dd>
    </div>
  );
}

type Verdict = "well" | "ill" | "warning" | "unknown";
const verdicts: Record<Verdict, { icon: typeof CircleCheck; look: string }> = {
  well: { icon: CircleCheck, look: "lf:text-success" },
  ill: { icon: CircleX, look: "lf:text-failure" },
  warning: { icon: CircleAlert, look: "lf:text-warning" },
  unknown: { icon: CircleHelp, look: "lf:text-muted" },
};

/** States of a program that visitors notice. */
const troubles = new Set(["backoff", "stopped", "failed"]);

/** What its programs do, where they are ours, and what the site answered when it was asked. */
function Health({ deployment: { id, project, environment } }: { deployment: Deployment }) {
  const running = useAsk(["running"], (client, signal) => client.projects.running({}, { signal }));
  const checks = useChecklist(id);
  const here = running.data?.services.filter((one) => one.project === project && one.environment === environment) ?? [];
  const site = siteVerdict(checks);
  const ill = here.filter(({ state }) => troubles.has(state));
  const restarts = here.reduce((sum, one) => sum + one.restarts, 0);
  return (
    <ul className="lf:grid lf:gap-1">
      <Line verdict={site.verdict}>{site.says}</Line>
      {ill.map(({ service, state }) => (
        <Line key={service} verdict="ill">
          {service}: {state}
        </Line>
      ))}
      {restarts === 0 ? null : <Line verdict="warning">{counted(restarts, "restart")}</Line>}
    </ul>
  );
}

function siteVerdict({ data, error }: Answer<ChecklistItem[]>): { verdict: Verdict; says: string } {
  const answers = data?.filter(({ id }) => id === "live") ?? [];
  if (data === undefined)
    return { verdict: "unknown", says: error === null ? "Being asked" : `Could not be asked: ${error.what}` };
  const bad = answers.find(({ state }) => state !== "done");
  if (bad) return { verdict: bad.state === "unknown" ? "unknown" : "ill", says: bad.detail };
  return answers.length === 0 ? { verdict: "unknown", says: "Nothing to ask" } : { verdict: "well", says: "Answers" };
}

function Line({ verdict, children }: { verdict: Verdict; children: ReactNode }) {
  const { icon: Icon, look } = verdicts[verdict];
  return (
    <li className="lf:flex lf:gap-1.5">
      <Icon aria-hidden size={16} className={`lf:mt-0.5 lf:shrink-0 ${look}`} />
      <span className="lf:min-w-0 lf:break-words">{children}</span>
    </li>
  );
}
