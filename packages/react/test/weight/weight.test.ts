/** What each component weighs in a product's page, compressed, beside React. */
import { expect, it } from "vitest";
import { weightOf } from "./weight.ts";

const kB = 1_000;

it.each([
  ["BuildLogViewer", "./log/build-log-viewer.tsx", 25],
  ["PlatformConnector", "./connections/platform-connector.tsx", 15],
  ["DeploymentConfigForm", "./forms/deployment-config-form.tsx", 15],
  ["EnvironmentVariableInput", "./forms/environment-variable-input.tsx", 15],
  ["DeploymentProgress", "./deployment/deployment-progress.tsx", 15],
  ["PostDeploymentChecklist", "./deployment/post-deployment-checklist.tsx", 15],
  ["DeploymentSuccessCard", "./deployment/deployment-success-card.tsx", 15],
  ["DeploymentHistory", "./deployment/deployment-history.tsx", 15],
])(
  "%s stays within its weight",
  async (name, file, most) => {
    const { atOnce } = await weightOf(`export { ${name} } from "${file}";`);
    expect(atOnce).toBeLessThanOrEqual(most * kB);
  },
  30_000,
);

it("the Deploy button with its provider weighs at most 25 kB; its menu comes later", async () => {
  const { atOnce, later } = await weightOf(
    `export { DeployButton } from "./deploy-button.tsx"; export { LandfallProvider } from "./context.tsx";`,
  );
  expect(atOnce).toBeLessThanOrEqual(25 * kB);
  expect(later).toBeGreaterThan(0);
}, 30_000);
