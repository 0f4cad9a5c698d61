/** What the programs of a deployment print as they run. */
import { BuildLogViewer, type Deployment, EmptyState, ErrorPanel } from "@landfall/react";
import { useState } from "react";
import { useRuntimeLog } from "./runtime-log.ts";

export function RuntimeTab({ deployment }: { deployment: Deployment }) {
  const { plan, releaseId } = deployment;
  const [service, setService] = useState<string | null>(null);
  const runs = plan?.services.filter(({ kind }) => kind !== "static") ?? [];
  if (releaseId === null)
    return <EmptyState title="Nothing runs yet">What its programs print is here once they are started.</EmptyState>;
  if (plan !== null && runs.length === 0)
    return (
      <EmptyState title="No program runs">
        This is served as files, so there is nothing that could print a log.
      </EmptyState>
    );
  return <Followed deployment={deployment} release={releaseId} service={service} onService={setService} />;
}

interface FollowedProps {
  deployment: Deployment;
  release: string;
  service: string | null;
  onService(service: string | null): void;
}

function Followed({ deployment: { project, environment }, release, service, onService }: FollowedProps) {
  const { log, connection, retry } = useRuntimeLog({ project, environment, release });
  return (
    <div className="lf:grid lf:grid-cols-1 lf:gap-3">
      {connection.kind === "refused" ? <ErrorPanel error={connection.error} onRetry={retry} isNew /> : null}
      <BuildLogViewer
        log={log}
        connection={connection}
        ended={connection.kind === "ended"}
        step={service}
        onStep={onService}
        height="min(60vh, 40rem)"
      />
    </div>
  );
}
