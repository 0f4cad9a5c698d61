/** Where a project is: its environments, and the domains that lead to it. */
import { Badge, type Domain, type Project, stateWord, StatusIndicator } from "@landfall/react";
import { Link } from "@tanstack/react-router";
import { type Answer, useAsk } from "../ask.ts";
import { Asked } from "./asked.tsx";
import { SiteUrl } from "./deployment-words.tsx";
import { Section } from "./section.tsx";
import { StopStart } from "./stop-start.tsx";

export function Environments({ project: { name: project, environments } }: { project: Project }) {
  return (
    <Section title="Environments">
      {environments.length === 0 ? (
        <p className="lf:text-muted">There is none yet: the first deployment makes production.</p>
      ) : (
        <ul className="lf:divide-y lf:divide-line lf:rounded-lg lf:border lf:border-line">
          {environments.map(({ name, url, platform, stoppedAt, lastDeployment, lastState }) => (
            <li key={name} className="lf:flex lf:flex-wrap lf:items-center lf:gap-x-3 lf:gap-y-1 lf:px-4 lf:py-2">
              <Link
                to="/p/$project/deployments"
                params={{ project }}
                search={{ environment: name } as never}
                className="lf:inline-flex lf:min-h-6 lf:items-center lf:font-medium lf:break-all"
              >
                {name}
              </Link>
              {lastState === null || lastDeployment === null ? null : (
                <Link
                  to="/p/$project/deployments/$id"
                  params={{ project, id: lastDeployment }}
                  aria-label={`Last deployment to ${name}: ${stateWord(lastState)}`}
                  className="lf:inline-flex lf:min-h-6 lf:items-center"
                >
                  <StatusIndicator state={lastState} />
                </Link>
              )}
              {stoppedAt === null ? null : <Badge tone="warning">Stopped</Badge>}
              <span className="lf:flex lf:min-w-0 lf:basis-full lf:flex-wrap lf:items-center lf:gap-x-2 lf:@sm:ms-auto lf:@sm:basis-auto">
                {url === null ? <span className="lf:text-muted">Nothing live</span> : <SiteUrl url={url} />}
                <StopStart project={project} environment={{ name, platform, stoppedAt }} />
              </span>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

/** Each checked, which takes seconds where there are many. */
export function useDomains(project: string): Answer<{ domains: Domain[] }> {
  return useAsk(["domains", project], (client, signal) => client.domains.list({ project }, { signal }));
}

export function Domains({ project }: { project: string }) {
  const answer = useAsk(["domains", project, "listed"], (client, signal) =>
    client.domains.list({ project, check: false }, { signal }),
  );
  const checked = useDomains(project);
  return (
    <Section
      title="Domains"
      actions={
        <Link to="/p/$project/domains" params={{ project }} className="lf:inline-block lf:min-h-6">
          Add or check
        </Link>
      }
    >
      <Asked answer={answer} waitsFor="the domains" lines={2}>
        {({ domains }) =>
          domains.length === 0 ? (
            <p className="lf:text-muted">No domain of your own leads here.</p>
          ) : (
            <ul
              aria-busy={checked.data === undefined && checked.error === null}
              className="lf:divide-y lf:divide-line lf:rounded-lg lf:border lf:border-line"
            >
              {domains.map(({ name }) => (
                <li
                  key={name}
                  className="lf:flex lf:flex-wrap lf:items-center lf:justify-between lf:gap-2 lf:px-4 lf:py-2"
                >
                  <SiteUrl url={`https://${name}`} />
                  <Readiness name={name} checked={checked} />
                </li>
              ))}
            </ul>
          )
        }
      </Asked>
    </Section>
  );
}

function Readiness({ name, checked }: { name: string; checked: Answer<{ domains: Domain[] }> }) {
  const domain = checked.data?.domains.find((one) => one.name === name);
  if (domain === undefined) return <Badge>{checked.error === null ? "Being checked" : "Not known"}</Badge>;
  return <Badge tone={domain.ready ? "success" : "warning"}>{domain.ready ? "Ready" : "Not ready"}</Badge>;
}
