"use client";
import { ExternalLink, Share2 } from "lucide-react";
import { type ReactNode, useId, useState } from "react";
import { Button, buttonClass } from "../parts/button.tsx";
import { CopyButton } from "../parts/copy.tsx";
import { NewTab } from "../parts/new-tab.tsx";
import { QrCode } from "../parts/qr-code.tsx";
import { Badge, StatusIndicator } from "../parts/status.tsx";
import { DurationText, durationForSpeech, durationInWords, RelativeTime } from "../parts/time.tsx";
import type { Deployment } from "../types.ts";

export interface DeploymentSuccessCardProps {
  deployment: Deployment;
  /** What one usually takes here, in milliseconds; default: what the deployment says. */
  usualMs?: number | null;
  isFirst?: boolean;
  screenshot?: { url: string; alt: string } | null;
  /** Makes a read-only address; absent: nothing is shared here. */
  onShare?(): void;
  /** A link to earlier deployments. */
  historyUrl?: string;
  children?: ReactNode;
}

/** What has come of it: where it is, how it looks, how long it took. */
export function DeploymentSuccessCard({
  deployment,
  usualMs = deployment.usualMs,
  isFirst = false,
  screenshot = null,
  onShare,
  historyUrl,
  children,
}: DeploymentSuccessCardProps) {
  const heading = useId();
  const { url, environment, project, services, durationMs, finishedAt, state, stoppedAt } = deployment;
  const others = services.filter((service) => service.url !== url);
  return (
    <section
      aria-labelledby={heading}
      className="lf:@container lf:rounded-lg lf:border lf:border-success-line lf:bg-raised lf:p-4"
    >
      <div className="lf:flex lf:flex-col lf:gap-4 lf:@xl:flex-row">
        {screenshot === null ? null : <Screenshot key={screenshot.url} {...screenshot} />}
        <div className="lf:min-w-0 lf:flex-1">
          <div className="lf:flex lf:flex-wrap lf:items-center lf:gap-2">
            <StatusIndicator state={state} />
            {environment === "production" ? null : <Badge>Preview · {environment}</Badge>}
            {stoppedAt === null ? null : <Badge tone="warning">Stopped</Badge>}
            {deployment.live && stoppedAt === null ? <Badge tone="success">Live</Badge> : null}
          </div>
          <h2 id={heading} className="lf:mt-1 lf:mb-0 lf:text-xl lf:font-semibold lf:break-words">
            {isFirst
              ? `${project} is online for the first time`
              : `${project} is ${stoppedAt === null ? "online" : "stopped"}`}
          </h2>
          {url === null ? (
            <p className="lf:mt-1 lf:mb-0 lf:text-muted">It has no address of its own.</p>
          ) : (
            <p className="lf:mt-1 lf:mb-0 lf:flex lf:min-w-0 lf:items-center lf:gap-1">
              <a href={url} target="_blank" rel="noreferrer" className="lf:min-w-0 lf:text-link lf:break-all">
                {url}
                <NewTab />
              </a>
              <CopyButton text={url} label="Copy address" />
            </p>
          )}
          {others.length === 0 ? null : <Addresses services={others} />}
          <Facts deployment={deployment} />
          {durationMs === null || finishedAt === null ? null : (
            <p className="lf:mt-1 lf:mb-0 lf:text-sm lf:text-muted">
              Took <DurationText ms={durationMs} />
              <Usual ms={durationMs} usualMs={usualMs} />, ended <RelativeTime at={finishedAt} />.
            </p>
          )}
        </div>
        {url === null ? null : (
          <div className="lf:hidden lf:shrink-0 lf:@md:block">
            <QrCode text={url} label={`QR code of ${url}`} sizePx={112} />
          </div>
        )}
      </div>
      <div className="lf:mt-4 lf:flex lf:flex-wrap lf:gap-2 lf:empty:hidden">
        {url === null ? null : (
          <a href={url} target="_blank" rel="noreferrer" className={buttonClass("primary")}>
            <ExternalLink aria-hidden size={14} />
            Open
            <NewTab />
          </a>
        )}
        {onShare === undefined ? null : (
          <Button onClick={onShare}>
            <Share2 aria-hidden size={14} />
            Share
          </Button>
        )}
        {historyUrl === undefined ? null : (
          <a href={historyUrl} className={buttonClass("quiet")}>
            {isFirst ? "Deployments" : "Earlier deployments"}
          </a>
        )}
      </div>
      {children === undefined ? null : <div className="lf:mt-4">{children}</div>}
    </section>
  );
}

/** A picture of the page; one that cannot be shown leaves no hole. */
function Screenshot({ url, alt }: { url: string; alt: string }) {
  const [isLost, setIsLost] = useState(false);
  if (isLost) return null;
  return (
    <img
      src={url}
      alt={alt}
      width={320}
      height={200}
      onError={() => setIsLost(true)}
      className="lf:aspect-[8/5] lf:h-auto lf:w-full lf:max-w-xs lf:shrink-0 lf:self-start lf:rounded-md lf:border lf:border-line lf:bg-surface lf:object-cover lf:object-top"
    />
  );
}

function Addresses({ services }: { services: Deployment["services"] }) {
  return (
    <ul aria-label="Other services" className="lf:mt-1 lf:mb-0 lf:list-none lf:p-0 lf:text-sm">
      {services.map(({ name, url }) => (
        <li key={name} className="lf:break-all">
          <span className="lf:text-muted">{name}</span>{" "}
          {url === null ? (
            "no address"
          ) : (
            <a href={url} target="_blank" rel="noreferrer" className="lf:text-link">
              {url}
              <NewTab />
            </a>
          )}
        </li>
      ))}
    </ul>
  );
}

/** What it is made of. */
function Facts({ deployment: { commit, message, startedBy } }: { deployment: Deployment }) {
  const title = message ?? commit?.message ?? null;
  return (
    <>
      {title === null ? null : <p className="lf:mt-3 lf:mb-0 lf:break-words">{title}</p>}
      {commit === null && startedBy === null ? null : (
        <p className="lf:m-0 lf:text-sm lf:break-words lf:text-muted">
          {commit === null ? null : (
            <>
              <span className="lf:font-mono lf:text-xs">{commit.sha.slice(0, 7)}</span>
              {commit.branch === null ? "" : ` on ${commit.branch}`}
              {commit.author === null ? "" : ` by ${commit.author}`}
            </>
          )}
          {startedBy === null ? null : `${commit === null ? "Started" : ", started"} by ${startedBy}`}
        </p>
      )}
    </>
  );
}

/** "usually 1 min 30 s" */
function Usual({ ms, usualMs }: { ms: number; usualMs: number | null }) {
  if (usualMs === null) return null;
  const near = Math.abs(ms - usualMs) < usualMs / 10;
  if (near) return <>, as usual</>;
  return (
    <>
      , usually <span aria-hidden>{durationInWords(usualMs)}</span>
      <span className="lf:sr-only">{durationForSpeech(usualMs)}</span>
    </>
  );
}
