/** What visitors got with it: against the deployment before. */
import { type Deployment, EmptyState } from "@landfall/react";
import { useAsk } from "../../ask.ts";
import { Asked } from "../../parts/asked.tsx";
import { changesInWords, DeploymentComparison } from "../../parts/deployment-comparison.tsx";
import { sharedRepository } from "../../parts/repository.ts";
import { usePrevious } from "./previous.ts";

export function ChangesTab({ deployment }: { deployment: Deployment }) {
  const previous = usePrevious(deployment);
  return (
    <Asked answer={previous} waitsFor="the deployment before" lines={5}>
      {(before) =>
        before === null ? (
          <EmptyState title="The first one">
            Nothing of {deployment.project} was in {deployment.environment} before, so everything is new.
          </EmptyState>
        ) : (
          <SinceThen deployment={deployment} before={before.id} />
        )
      }
    </Asked>
  );
}

function SinceThen({ deployment, before }: { deployment: Deployment; before: string }) {
  const { id } = deployment;
  // With its plan, which says where its files came from and is in no list.
  const earlier = useAsk(["deployment", before], (client, signal) =>
    client.deployments.get({ id: before }, { signal }),
  );
  const answer = useAsk(["compare", before, id], (client, signal) =>
    client.deployments.compare({ id, with: before }, { signal }),
  );
  return (
    <Asked answer={answer} waitsFor="the comparison" lines={5}>
      {(comparison) => (
        <>
          <p className="lf:mb-3 lf:text-muted">{changesInWords(comparison)}</p>
          <DeploymentComparison
            comparison={comparison}
            from="Before"
            to="This one"
            repository={earlier.data === undefined ? null : sharedRepository(deployment, earlier.data)}
          />
        </>
      )}
    </Asked>
  );
}
