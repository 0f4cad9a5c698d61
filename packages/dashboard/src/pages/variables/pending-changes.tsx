/** What has changed since the live deployment was made, and takes effect with the next one. */
import { Button } from "@landfall/react";
import { useState } from "react";
import { useAsk } from "../../ask.ts";
import { ActionDialog, type AskedAction, reasonFor } from "../../parts/deployment-dialog.tsx";
import { Notice } from "../../parts/section.tsx";
import { useMay } from "../../session.ts";
import type { Place } from "./place.ts";

const named = 5;

export function PendingChanges({ place, live }: { place: Place; live: string }) {
  const may = useMay();
  const { project, environment } = place;
  const deployment = useAsk(["deployment", live], (client, signal) => client.deployments.get({ id: live }, { signal }));
  const history = useAsk(["variable-history", project, environment, null], (client, signal) =>
    client.variables.history(place, { signal }),
  );
  const [asked, setAsked] = useState<AskedAction | null>(null);
  const since = deployment.data?.createdAt;
  const keys =
    since === undefined
      ? []
      : [...new Set((history.data?.changes ?? []).filter(({ at }) => at > since).map(({ key }) => key))];
  const more = keys.length - named;
  return (
    <>
      {keys.length === 0 ? null : (
        <Notice
          action={
            may("create:deployment") ? (
              <Button
                unavailable={reasonFor(deployment.data, "redeploy")}
                onClick={() => setAsked({ action: "redeploy", deployment: { id: live, project, environment } })}
              >
                Redeploy
              </Button>
            ) : undefined
          }
        >
          Changed since the live deployment: {keys.slice(0, named).join(", ")}
          {more > 0 ? ` and ${more} more` : ""}. This takes effect with the next deployment.
        </Notice>
      )}
      <ActionDialog asked={asked} onClose={() => setAsked(null)} />
    </>
  );
}
