/** What the live deployment was not given yet, and the next one will be. */
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
  const effect = useAsk(["effect", live, "redeploy"], (client, signal) =>
    client.deployments.effect({ id: live, action: "redeploy" }, { signal }),
  );
  const [asked, setAsked] = useState<AskedAction | null>(null);
  const keys = (effect.data?.variables ?? []).map(({ key }) => key);
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
