/** It went wrong: what, where, what to do now, and what to send to somebody who helps. */
import {
  Button,
  buttonClass,
  CopyField,
  type Deployment,
  ErrorPanel,
  type LogStore,
  type Recovery,
} from "@landfall/react";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { reasonFor } from "../../parts/deployment-dialog.tsx";
import { useMay } from "../../session.ts";
import { lastLines } from "./failing-line.ts";

export interface FailureProps {
  deployment: Deployment;
  log: LogStore;
  step: string | null;
  onRedeploy(): void;
  onCheck(): void;
}

/** Lines of the log that go to whoever helps. */
const supportLines = 50;

export function Failure({ deployment, log, step, onRedeploy, onCheck }: FailureProps) {
  const navigate = useNavigate();
  const mayDeploy = useMay(deployment.project)("create:deployment");
  const { error } = deployment;
  if (error === null) return null;
  const ways = error.recovery ?? [];
  const isPossibleHere = ({ kind }: Recovery): boolean =>
    kind === "reconnect" || kind === "check" || (kind === "retry" && reasonFor(deployment, "redeploy") === undefined);
  const recover = ({ kind }: Recovery): void => {
    if (kind === "reconnect") void navigate({ to: "/connections" });
    else if (kind === "retry") onRedeploy();
    else onCheck();
  };
  const elsewhere = ways.filter((way) => !isPossibleHere(way) && way.command !== undefined);
  return (
    <div className="lf:grid lf:grid-cols-1 lf:gap-3">
      <ErrorPanel error={{ ...error, recovery: ways.filter(isPossibleHere) }} onRecover={recover} />
      <div className="lf:flex lf:flex-wrap lf:items-center lf:gap-x-4 lf:gap-y-2">
        {elsewhere.map(({ label, command }) => (
          <span key={label} className="lf:inline-flex lf:min-w-0 lf:flex-wrap lf:items-center lf:gap-2">
            <span className="lf:text-muted">{label}</span>
            <CopyField text={command!} label={label} />
          </span>
        ))}
        {mayDeploy && step?.startsWith("build") === true ? (
          <Link to="/new" search={{ project: deployment.project } as never} className={buttonClass("primary")}>
            Deploy corrected files
          </Link>
        ) : null}
        <CopyForSupport text={() => supportText(deployment, log, step)} />
      </div>
    </div>
  );
}

/** Made when it is asked for: the log may be long. */
function CopyForSupport({ text }: { text(): string }) {
  const [told, setTold] = useState("");
  return (
    <>
      <Button
        onClick={() =>
          void navigator.clipboard.writeText(text()).then(
            () => setTold("Copied."),
            () => setTold("The browser did not allow it."),
          )
        }
      >
        Copy for support
      </Button>
      <span role="status" className="lf:text-muted">
        {told}
      </span>
    </>
  );
}

/** Code, ids, step and the end of the log. Lines came redacted; of the error nothing is taken that could hold a value. */
export function supportText(deployment: Deployment, log: LogStore, step: string | null): string {
  const { error, id, project, environment, platform, commit } = deployment;
  const facts: [string, string | null | undefined][] = [
    ["code", error?.code],
    ["what", error?.what],
    ["where", error?.where],
    ["deployment", id],
    ["project", project],
    ["environment", environment],
    ["platform", platform],
    ["commit", commit?.sha],
    ["step", step],
    ["started", deployment.createdAt],
    ["finished", deployment.finishedAt],
  ];
  return [
    ...facts.flatMap(([name, value]) => (value === null || value === undefined ? [] : [`${name}: ${value}`])),
    "",
    ...lastLines(log, step, supportLines),
  ].join("\n");
}
