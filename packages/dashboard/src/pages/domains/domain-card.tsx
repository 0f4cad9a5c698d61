/** One domain on its way: records, certificate, visitors. Looked at again every ten seconds until it is there and while somebody sees it. */
import { Badge, Button, type Domain, ErrorPanel, NewTab, RelativeTime } from "@landfall/react";
import { Trash2 } from "lucide-react";
import { type ReactNode, useId, useState } from "react";
import { useAsk, useDo } from "../../ask.ts";
import { ConfirmDialog } from "../../parts/form-dialog.tsx";
import { IconButton } from "../../parts/section.tsx";
import { word } from "../../parts/command-word.ts";
import type { DomainPlace } from "./place.ts";
import { Records } from "./records.tsx";
import { inTurn } from "./turns.ts";

const lookAgainMs = 10_000;

export interface DomainCardProps {
  place: DomainPlace;
  /** As the platform knows it, not checked yet. */
  listed: Domain;
  /** Offers the name with or without www; absent: the person may not add. */
  onAddOther: ((name: string) => void) | undefined;
  mayRemove: boolean;
}

export function DomainCard({ place, listed, onAddOther, mayRemove }: DomainCardProps) {
  const id = useId();
  const { project, platform } = place;
  const [isReady, setReady] = useState(false);
  const looked = useAsk(
    ["domain", project, platform, listed.name],
    (client, signal) => inTurn(() => client.domains.check({ ...place, name: listed.name }, { signal }), signal),
    // No deployment changes it, and it is dear to find out.
    { isLive: false, ...(isReady ? {} : { everyMs: lookAgainMs }) },
  );
  const isKnown = looked.data !== undefined;
  const domain = looked.data ?? listed;
  if (domain.ready !== isReady) setReady(domain.ready);
  const [isRemoving, setRemoving] = useState(false);
  const remove = useDo((client) => client.domains.remove({ ...place, name: listed.name }));
  const { name, counterpart } = domain;
  return (
    <section aria-labelledby={id} className="lf:@container lf:rounded-lg lf:border lf:border-line lf:bg-raised">
      <div className="lf:flex lf:flex-wrap lf:items-center lf:gap-2 lf:border-b lf:border-line lf:p-3">
        <h2 id={id} className="lf:min-w-0 lf:font-medium lf:wrap-anywhere">
          {domain.ready ? (
            <a href={`https://${name}`} target="_blank" rel="noreferrer">
              {name}
              <NewTab />
            </a>
          ) : (
            name
          )}
        </h2>
        <span role="status">
          {domain.ready ? (
            <Badge tone="success">Serves</Badge>
          ) : isKnown ? (
            <Badge tone="warning">Not there yet</Badge>
          ) : looked.error === null ? (
            <Badge>Being checked</Badge>
          ) : (
            <Badge>Not known</Badge>
          )}
        </span>
        <span className="lf:ms-auto lf:flex lf:items-center lf:gap-2">
          <Button
            look="quiet"
            aria-label={`Check again: ${name}`}
            unavailable={looked.isAsking ? "It is being checked." : undefined}
            onClick={looked.again}
          >
            {looked.isAsking ? "Checking…" : "Check again"}
          </Button>
          {mayRemove ? <IconButton icon={Trash2} label={`Remove ${name}`} onClick={() => setRemoving(true)} /> : null}
        </span>
      </div>
      <div className="lf:grid lf:gap-4 lf:p-3">
        {looked.error ? <ErrorPanel error={looked.error} onRetry={looked.again} /> : null}
        {domain.fault === undefined ? null : <p className="lf:text-failure">{domain.fault}</p>}
        <Steps domain={domain} isKnown={isKnown} />
        <Obstacles domain={domain} />
        {isReady ? null : (
          <p className="lf:text-xs lf:text-muted">
            Looked at every 10 seconds while this page is open
            {looked.answeredAtMs === 0 ? "" : ", last "}
            {looked.answeredAtMs === 0 ? null : <RelativeTime at={new Date(looked.answeredAtMs).toISOString()} />}. Name
            servers may take an hour to tell of a change.
          </p>
        )}
        {counterpart === null || onAddOther === undefined ? null : (
          <p className="lf:flex lf:flex-wrap lf:items-center lf:gap-2 lf:text-sm">
            <span>Visitors may also type {counterpart}.</span>
            <Button onClick={() => onAddOther(counterpart)}>Add {counterpart}</Button>
          </p>
        )}
      </div>
      <ConfirmDialog
        open={isRemoving}
        onClose={() => setRemoving(false)}
        title={`Remove ${name}?`}
        description={`Visitors of ${name} no longer arrive at ${project}. The records at your provider stay as they are.`}
        submit="Remove"
        doing={remove}
        command={`landfall domains rm ${word(name)} --project ${word(project)}`}
        onSubmit={async () => {
          if (await remove.run(undefined)) setRemoving(false);
        }}
      />
    </section>
  );
}

/** What has to be so, in the order it comes about; of what was not looked at yet, nothing is said. */
function Steps({ domain, isKnown }: { domain: Domain; isKnown: boolean }) {
  const areRecordsRight = domain.records.every(({ state }) => state === "right");
  return (
    <ol className="lf:grid lf:gap-4">
      <Step isDone title={`The platform knows the name`} />
      <Step isDone={isKnown ? areRecordsRight : null} title="Its records lead there">
        {domain.records.length === 0 ? null : <Records domain={domain} isOpen={isKnown && !areRecordsRight} />}
      </Step>
      <Step isDone={isKnown ? domain.certificate.shown.state === "valid" : null} title="A certificate that holds">
        {isKnown ? <p className="lf:text-sm lf:text-muted">{certificateInWords(domain)}</p> : null}
      </Step>
    </ol>
  );
}

function Step({ isDone, title, children }: { isDone: boolean | null; title: string; children?: ReactNode }) {
  return (
    <li>
      <p className="lf:mb-1 lf:flex lf:flex-wrap lf:items-center lf:gap-2 lf:font-medium">
        {title}
        {isDone === null ? null : isDone ? <Badge tone="success">Done</Badge> : <Badge>Waits</Badge>}
      </p>
      {children}
    </li>
  );
}

function certificateInWords({ certificate: { platform, shown } }: Domain): string {
  if (shown.state === "valid") {
    const ends = shown.expiresAt === undefined ? "" : `, until ${dayInWords(shown.expiresAt)}`;
    return `${shown.issuer ?? "It is signed by somebody browsers trust"}${ends}. The platform renews it.`;
  }
  if (shown.state === "invalid") return shown.fault ?? "Visitors are shown one that browsers refuse.";
  switch (platform) {
    case "issued":
      return "The platform has made it, and does not show it to visitors yet.";
    case "failed":
      return "The platform could not have it made. It tries again when the records are right.";
    case "pending":
      return "The platform is having it made. That takes some minutes after the records are right.";
    case "unknown":
      return "It is made when the records are right.";
    default:
      return platform satisfies never;
  }
}

function dayInWords(at: string): string {
  return new Intl.DateTimeFormat(undefined, { dateStyle: "long" }).format(new Date(at));
}

function Obstacles({ domain }: { domain: Domain }) {
  if (domain.obstacles.length === 0) return null;
  return (
    <div className="lf:rounded-md lf:border lf:border-warning-line lf:bg-warning-soft lf:p-3">
      <h3 className="lf:mb-1 lf:font-medium">In the way</h3>
      <ul className="lf:grid lf:gap-1">
        {domain.obstacles.map((text) => (
          <li key={text} className="lf:break-words">
            {text}
          </li>
        ))}
      </ul>
    </div>
  );
}
