/** Two deployments side by side, and what is different between them. Values of variables are never part of it. */
import { Badge, deploymentName, Difference, type LandfallClient, RelativeTime, StatusIndicator } from "@landfall/react";
import { ArrowDown, ArrowRight } from "lucide-react";
import type { ReactNode } from "react";
import { bytesInWords } from "./bytes.ts";
import { CommitChanges } from "./deployment-commits.tsx";
import { counted } from "./deployment-words.tsx";
import type { Repository } from "./repository.ts";

export type Comparison = Awaited<ReturnType<LandfallClient["deployments"]["compare"]>>;
/** From what has the traffic now; nothing may have it. */
export type Effect = Awaited<ReturnType<LandfallClient["deployments"]["effect"]>>;
type Side = Comparison["to"];

export interface DeploymentComparisonProps {
  comparison: Comparison | Effect;
  /** Over each side. */
  from?: string;
  to?: string;
  /** It has not been done yet: how it would be is said too. */
  isAhead?: boolean;
  /** It is built again: what comes has no address and no state yet, and nobody knows its bytes. */
  isBuiltAgain?: boolean;
  /** Under the variables: which values will be used. */
  variablesNote?: string;
  /** Of the files of both. */
  repository?: Repository | null;
}

export function DeploymentComparison({
  comparison,
  from = "From",
  to = "To",
  isAhead = false,
  isBuiltAgain = false,
  variablesNote,
  repository = null,
}: DeploymentComparisonProps) {
  const { files, domains, how, sameRelease } = comparison;
  const sides = { beforeTitle: from, afterTitle: to };
  return (
    <div className="lf:@container">
      <div className="lf:grid lf:items-center lf:gap-2 lf:@lg:grid-cols-[minmax(0,1fr)_auto_minmax(0,1fr)]">
        <SideCard title={from} side={comparison.from} />
        <ArrowDown aria-hidden size={18} className="lf:mx-auto lf:text-muted lf:@lg:hidden" />
        <ArrowRight aria-hidden size={18} className="lf:hidden lf:text-muted lf:@lg:block lf:rtl:rotate-180" />
        {isBuiltAgain ? <NewCard title={to} side={comparison.to} /> : <SideCard title={to} side={comparison.to} />}
      </div>
      <dl className="lf:mt-4 lf:grid lf:gap-x-4 lf:gap-y-3 lf:@lg:grid-cols-[6rem_minmax(0,1fr)]">
        {isAhead ? <Row name="How">{how}</Row> : null}
        {comparison.from === null || (comparison.from.commit === null && comparison.to.commit === null) ? null : (
          <Row name="Commits">
            <CommitChanges
              from={comparison.from.commit}
              to={comparison.to.commit}
              between={comparison.commits}
              repository={repository}
            />
          </Row>
        )}
        <Row name="Files">
          {sameRelease && isBuiltAgain
            ? "Made again from the same source. What differs is known when it is built."
            : sameRelease
              ? "The same release: not one byte differs."
              : filesInWords(files)}
        </Row>
        <Row name="Domains">
          {domains.length === 0 ? (
            "None move."
          ) : (
            <ul>
              {domains.map((domain) => (
                <li key={domain} className="lf:font-mono lf:text-xs lf:leading-5 lf:break-all">
                  {domain}
                </li>
              ))}
            </ul>
          )}
        </Row>
        <Row name="Variables">
          <Difference
            label="Variables that differ"
            empty="The same names and values."
            {...sides}
            rows={comparison.variables.map(({ key, change, sensitive }) => ({
              label: key,
              kind: change,
              isSecret: sensitive,
              before: "a value",
              after: change === "changed" ? "another value" : "a value",
            }))}
          />
          {variablesNote === undefined ? null : <p className="lf:mt-1 lf:text-muted">{variablesNote}</p>}
        </Row>
        <Row name="Settings">
          <Difference
            label="Settings that differ"
            empty="The same."
            {...sides}
            rows={comparison.settings.map((one) => ({
              label: `${one.service}: ${one.field}`,
              kind: one.from === null ? "added" : one.to === null ? "removed" : "changed",
              before: <code className="lf:font-mono lf:text-xs lf:break-all">{one.from}</code>,
              after: <code className="lf:font-mono lf:text-xs lf:break-all">{one.to}</code>,
            }))}
          />
        </Row>
      </dl>
    </div>
  );
}

function SideCard({ title, side }: { title: string; side: Side | null }) {
  return (
    <section
      aria-label={title}
      className="lf:h-full lf:min-w-0 lf:rounded-lg lf:border lf:border-line lf:bg-surface lf:p-3"
    >
      <h3 className="lf:text-xs lf:font-semibold lf:text-muted">{title}</h3>
      {side === null ? (
        <p className="lf:mt-1">Nothing has the traffic.</p>
      ) : (
        <>
          <p className="lf:mt-1 lf:flex lf:flex-wrap lf:items-center lf:gap-2">
            <StatusIndicator state={side.state} />
            {side.live ? <Badge tone="success">Live</Badge> : null}
          </p>
          <p className="lf:mt-1 lf:font-medium lf:break-words">{deploymentName(side)}</p>
          <Ids side={side} />
          <p className="lf:text-muted">
            <RelativeTime at={side.createdAt} />
          </p>
          {side.url === null ? null : <p className="lf:font-mono lf:text-xs lf:break-all">{side.url}</p>}
        </>
      )}
    </section>
  );
}

/** What is to be made, of what is there. */
function NewCard({ title, side }: { title: string; side: Side }) {
  return (
    <section
      aria-label={title}
      className="lf:h-full lf:min-w-0 lf:rounded-lg lf:border lf:border-dashed lf:border-line-strong lf:p-3"
    >
      <h3 className="lf:text-xs lf:font-semibold lf:text-muted">{title}</h3>
      <p className="lf:mt-1">A new deployment of</p>
      <p className="lf:mt-1 lf:font-medium lf:break-words">{deploymentName(side)}</p>
      <Ids side={side} />
    </section>
  );
}

function Ids({ side }: { side: Side }) {
  return (
    <p className="lf:flex lf:flex-wrap lf:gap-x-3 lf:font-mono lf:text-xs">
      {[side.id, side.commit?.sha.slice(0, 7), side.commit?.branch].map((part) =>
        part ? (
          <span key={part} title={part} className="lf:line-clamp-2 lf:break-all">
            {part}
          </span>
        ) : null,
      )}
    </p>
  );
}

function Row({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="lf:contents">
      <dt className="lf:text-muted">{name}</dt>
      <dd className="lf:-mt-2 lf:min-w-0 lf:break-words lf:@lg:mt-0">{children}</dd>
    </div>
  );
}

/** "2 added, 1 changed. 340 kB before, 344 kB after." */
function filesInWords({ added, removed, changed, sizeFrom, sizeTo }: Comparison["files"]): string {
  const counts = [
    [added, "added"],
    [removed, "removed"],
    [changed, "changed"],
  ] as const;
  const said = counts.flatMap(([count, word]) => (count === 0 ? [] : `${count.toLocaleString()} ${word}`));
  const size =
    sizeFrom === sizeTo
      ? `${bytesInWords(sizeTo)}, as before.`
      : `${bytesInWords(sizeFrom)} before, ${bytesInWords(sizeTo)} after.`;
  return `${said.length === 0 ? "None differs" : said.join(", ")}. ${size}`;
}

/** "3 files and 1 setting differ." */
export function changesInWords({ sameRelease, files, variables, settings }: Comparison | Effect): string {
  if (sameRelease) return "The same release.";
  const total = files.added + files.removed + files.changed;
  const differing = [
    [total, "file"],
    [variables.length, "variable"],
    [settings.length, "setting"],
  ] as const;
  const said = differing.flatMap(([count, noun]) => (count === 0 ? [] : counted(count, noun)));
  if (said.length === 0) return "Nothing differs.";
  const isOne = total + variables.length + settings.length === 1;
  return `${new Intl.ListFormat("en").format(said)} ${isOne ? "differs" : "differ"}.`;
}
