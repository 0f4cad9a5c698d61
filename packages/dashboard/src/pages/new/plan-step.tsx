/** What will happen, with everything that is in its way; then it is done. */
import { Button, type ErrorReport, ErrorPanel, type Planned, Skeleton, useAnnounce } from "@landfall/react";
import { useNavigate } from "@tanstack/react-router";
import { Info, Rocket, TriangleAlert } from "lucide-react";
import { useEffect } from "react";
import { inSentence } from "../../parts/deployment-platform.tsx";
import { useAsk, useDo } from "../../ask.ts";
import { bytesInWords } from "../../parts/bytes.ts";
import { CliCommand } from "../../parts/cli-command.tsx";
import { serviceInWords } from "./detected-step.tsx";
import { type ChosenSource, commandOf, type Destination, type Draft, newValues, quoted, requestOf } from "./draft.ts";

/** Which step mends what is wrong. */
const mendedIn: Partial<Record<ErrorReport["code"], { step: number; label: string }>> = {
  MISSING_VARIABLE: { step: 3, label: "Set the variables" },
  INVALID_VARIABLE: { step: 3, label: "Mend the variables" },
  PROJECT_NAME_TAKEN: { step: 3, label: "Choose another name" },
  NO_ROUTE: { step: 3, label: "Choose another place" },
  AUTH_FAILED: { step: 3, label: "Choose another place" },
  INSUFFICIENT_PERMISSIONS: { step: 3, label: "Choose another place" },
  NOT_DETECTED: { step: 2, label: "Say how it is built" },
  OUTPUT_MISSING: { step: 2, label: "Say how it is built" },
  INVALID_CONFIG: { step: 2, label: "Look at the settings" },
  INVALID_SOURCE: { step: 1, label: "Choose another source" },
  SOURCE_UNAVAILABLE: { step: 1, label: "Choose another source" },
};

export interface PlanStepProps {
  draft: Draft;
  chosen: ChosenSource;
  destination: Destination;
  onOpen(step: number): void;
  onAllowMissing(): void;
}

export function PlanStep({ draft, chosen, destination, onOpen, onAllowMissing }: PlanStepProps) {
  const navigate = useNavigate();
  const request = requestOf(draft, { chosen, destination });
  const values = newValues(draft);
  const planned = useAsk(
    ["plan", request, values],
    (client, signal) =>
      client.plan(
        { ...request, variables: Object.fromEntries(values.map(({ key, value }) => [key, value])) },
        { signal },
      ),
    { isLive: false },
  );
  const deploy = useDo(async (client, asked: typeof request) => {
    const { project, environment } = destination;
    for (const sensitive of [true, false]) {
      const some = values.filter((one) => one.sensitive === sensitive);
      if (some.length === 0) continue;
      const pairs = Object.fromEntries(some.map(({ key, value }) => [key, value]));
      await client.variables.set({ project, environment, values: pairs, sensitive });
    }
    return client.deployments.create(asked);
  });
  const { say } = useAnnounce();
  const place = `${inSentence(destination.platformName)}, as ${destination.environment}`;
  const isReady = planned.data?.problems.length === 0;
  useEffect(() => {
    if (isReady) say(`The plan is ready: ${destination.project} goes to ${place}.`);
  }, [isReady, destination.project, place, say]);
  async function start(): Promise<void> {
    const made = await deploy.run(request);
    if (made) await navigate({ to: "/p/$project/deployments/$id", params: { project: made.project, id: made.id } });
  }
  if (planned.error)
    return <Problem error={planned.error} onOpen={onOpen} onRetry={planned.again} onAllowMissing={onAllowMissing} />;
  if (!planned.data) return <Skeleton lines={5} waitsFor="the plan" />;
  const { problems } = planned.data;
  return (
    <div className="lf:flex lf:flex-col lf:gap-5">
      {problems.map((problem) => (
        <Problem
          key={`${problem.code} ${problem.what}`}
          error={problem}
          onOpen={onOpen}
          onAllowMissing={onAllowMissing}
        />
      ))}
      <WhatWillHappen planned={planned.data} platform={inSentence(destination.platformName)} />
      {deploy.error === null ? null : <ErrorPanel error={deploy.error} isNew />}
      <div className="lf:flex lf:flex-wrap lf:items-center lf:gap-3">
        <Button
          look="primary"
          {...(problems.length > 0
            ? {
                unavailable: `${problems.length === 1 ? "A problem is" : `${problems.length} problems are`} in the way.`,
              }
            : deploy.isRunning
              ? { unavailable: "It is being accepted." }
              : {})}
          onClick={() => void start()}
        >
          <Rocket aria-hidden size={14} />
          {deploy.isRunning ? "Deploying" : "Deploy"}
        </Button>
        <CliCommand command={commandOf(draft, { chosen, destination })} label="command that deploys the same" />
      </div>
    </div>
  );
}

function Problem({
  error,
  onOpen,
  onRetry,
  onAllowMissing,
}: {
  error: ErrorReport;
  onOpen(step: number): void;
  onRetry?: () => void;
  onAllowMissing(): void;
}) {
  const mend = mendedIn[error.code];
  const isMissing = error.code === "MISSING_VARIABLE";
  // What is to be done about it stands below as buttons; the error says it for a terminal.
  const shown = isMissing ? { ...error, next: "Set them, or deploy without them." } : error;
  return (
    <div className="lf:flex lf:flex-col lf:gap-2">
      <ErrorPanel error={shown} {...(onRetry === undefined ? {} : { onRetry })} isNew />
      <div className="lf:flex lf:flex-wrap lf:gap-2 lf:empty:hidden">
        {mend === undefined ? null : <Button onClick={() => onOpen(mend.step)}>{mend.label}</Button>}
        {isMissing ? (
          <Button look="quiet" onClick={onAllowMissing}>
            Deploy without them
          </Button>
        ) : null}
      </div>
    </div>
  );
}

function WhatWillHappen({ planned: { plan, excluded }, platform }: { planned: Planned; platform: string }) {
  const { files, sizeBytes, commit } = plan.source;
  return (
    <div className="lf:flex lf:flex-col lf:gap-4">
      <p>
        <strong className="lf:font-semibold">{plan.project}</strong> goes to {platform}, as {plan.environment}: {files}{" "}
        {files === 1 ? "file" : "files"}, {bytesInWords(sizeBytes)}
        {commit === undefined ? "" : `, commit ${commit.slice(0, 7)}`}.
      </p>
      <ul className="lf:flex lf:flex-col lf:gap-3">
        {plan.services.map((service) => (
          <li key={service.name} className="lf:rounded-md lf:border lf:border-line lf:p-3">
            <Service service={service} />
          </li>
        ))}
      </ul>
      {plan.notes.length === 0 ? null : (
        <ul className="lf:flex lf:flex-col lf:gap-1">
          {plan.notes.map(({ level, message }) => (
            <li key={message} className="lf:flex lf:items-start lf:gap-2 lf:text-sm">
              {level === "warning" ? (
                <TriangleAlert
                  aria-label="Warning"
                  role="img"
                  size={16}
                  className="lf:mt-0.5 lf:shrink-0 lf:text-warning"
                />
              ) : (
                <Info aria-hidden size={16} className="lf:mt-0.5 lf:shrink-0 lf:text-muted" />
              )}
              <span className="lf:min-w-0 lf:break-words">{message}</span>
            </li>
          ))}
        </ul>
      )}
      {excluded.length === 0 ? null : (
        <details>
          <summary className="lf:min-h-6 lf:cursor-pointer lf:text-sm">
            {excluded.length} {excluded.length === 1 ? "entry stays" : "entries stay"} out
          </summary>
          <ul className="lf:mt-1 lf:ps-4 lf:text-sm lf:text-muted">
            {excluded.slice(0, 50).map(({ path, detail }) => (
              <li key={path} className="lf:break-words">
                <code className="lf:font-mono lf:text-xs">{path}</code>: {detail}
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}

const valueFrom = {
  project: "kept with the project",
  shared: "shared value",
  "command-line": "set here",
  file: "from a file",
  generated: "generated",
  default: "by default",
  missing: "not set",
} as const;

function Service({ service }: { service: Planned["plan"]["services"][number] }) {
  const { name, kind, framework, build, remoteBuild, start, before = [], check, hosts, variables } = service;
  const commands = (list: { argv: string[] }[] | undefined): string =>
    (list ?? []).map(({ argv }) => argv.map(quoted).join(" ")).join(", then ");
  const output = build?.outputDir ?? remoteBuild?.outputDir;
  const rows: [string, string | undefined][] = [
    ["Installed with", build ? commands(build.install) : remoteBuild?.installCommand],
    ["Built with", build ? commands(build.build) : remoteBuild?.buildCommand],
    ["Pages from", kind === "static" ? output : undefined],
    ["Before the start", commands(before)],
    ["Started with", start ? commands([start]) : undefined],
    ["Answers on", hosts.join(", ")],
    ["Checked at", kind === "worker" ? undefined : check.path],
    ["Variables", variables.map(({ key, from }) => `${key} (${valueFrom[from]})`).join(", ")],
  ];
  return (
    <>
      <h3 className="lf:font-medium">
        {name} <span className="lf:font-normal lf:text-muted">{serviceInWords({ made: framework, kind })}</span>
      </h3>
      <dl className="lf:mt-2 lf:grid lf:grid-cols-1 lf:gap-x-4 lf:gap-y-1 lf:@md:grid-cols-[9rem_1fr]">
        {rows.map(([term, text]) =>
          text ? (
            <div key={term} className="lf:contents">
              <dt className="lf:text-muted">{term}</dt>
              <dd className="lf:m-0 lf:min-w-0 lf:font-mono lf:text-xs/5 lf:break-words">{text}</dd>
            </div>
          ) : null,
        )}
      </dl>
    </>
  );
}
