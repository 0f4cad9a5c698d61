/** It is up: where, how fast. */
import { type Deployment, DeploymentSuccessCard } from "@landfall/react";
import { usePrevious } from "./previous.ts";
import { useScreenshot } from "./screenshot.ts";

export function Success({ deployment }: { deployment: Deployment }) {
  const previous = usePrevious(deployment);
  const screenshot = useScreenshot(deployment);
  return (
    <section aria-labelledby="result">
      <h2 id="result" className="lf:sr-only">
        Result
      </h2>
      <DeploymentSuccessCard
        deployment={deployment}
        isFirst={previous.data === null}
        screenshot={screenshot}
        historyUrl={`/p/${deployment.project}/deployments`}
      />
    </section>
  );
}
