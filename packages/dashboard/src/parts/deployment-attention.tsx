/** What somebody should see to in a project: each with the place where it is done. Nothing when all is well. */
import type { Connection, Deployment, Domain } from "@landfall/react";
import { Link } from "@tanstack/react-router";
import { TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { Section } from "./section.tsx";

export interface AttentionProps {
  project: string;
  /** The newest of each environment. */
  latest: Deployment[];
  /** Names of variables the last plan lacked. */
  missing: { environment: string; keys: string[] } | null;
  connections: Connection[];
  domains: Domain[];
}

export function Attention(props: AttentionProps) {
  const items = itemsOf(props);
  if (items.length === 0) return null;
  return (
    <Section title="Needs attention">
      <ul className="lf:divide-y lf:divide-line lf:rounded-lg lf:border lf:border-warning-line lf:bg-warning-soft">
        {items.map(({ key, says, link }) => (
          <li key={key} className="lf:flex lf:flex-wrap lf:items-start lf:gap-x-3 lf:gap-y-1 lf:px-4 lf:py-3">
            <TriangleAlert aria-hidden size={16} className="lf:mt-0.5 lf:shrink-0 lf:text-warning" />
            <span className="lf:min-w-0 lf:flex-1 lf:basis-56 lf:break-words">{says}</span>
            {link}
          </li>
        ))}
      </ul>
    </Section>
  );
}

interface Item {
  key: string;
  says: string;
  link: ReactNode;
}

function itemsOf({ project, latest, missing, connections, domains }: AttentionProps): Item[] {
  const used = new Set(latest.map(({ platform }) => platform));
  return [
    ...latest
      .filter(({ state }) => state === "failed")
      .map(({ id, environment, error }) => ({
        key: id,
        says: `The last deployment to ${environment} failed. ${error?.what ?? ""}`,
        link: (
          <Link to="/p/$project/deployments/$id" params={{ project, id }} className={linkLook}>
            See what happened
          </Link>
        ),
      })),
    ...(missing === null || missing.keys.length === 0
      ? []
      : [
          {
            key: "variables",
            says: `${missing.environment} lacks ${new Intl.ListFormat().format(missing.keys)}.`,
            link: (
              <Link to="/p/$project/variables" params={{ project }} className={linkLook}>
                Set variables
              </Link>
            ),
          },
        ]),
    ...connections
      .filter(({ platform, fault }) => fault !== null && used.has(platform))
      .map(({ platform, name, fault }) => ({
        key: `${platform} ${name}`,
        says: `The connection ${name} to ${platform} does not work: ${fault}`,
        link: (
          <Link to="/connections" className={linkLook}>
            Mend the connection
          </Link>
        ),
      })),
    ...domains
      .filter(({ ready }) => !ready)
      .map(({ name, fault }) => ({
        key: name,
        says: `${name} does not lead here yet.${fault === undefined ? "" : ` ${fault}`}`,
        link: (
          <Link to="/p/$project/domains" params={{ project }} className={linkLook}>
            See its records
          </Link>
        ),
      })),
  ];
}

const linkLook = "lf:inline-block lf:min-h-6 lf:shrink-0 lf:font-medium";
