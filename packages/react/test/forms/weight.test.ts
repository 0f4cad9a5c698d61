import { expect, it } from "vitest";
import { weightOf } from "../weight.ts";

it.each([
  ["PlatformConnector", "./connections/platform-connector.tsx"],
  ["DeploymentConfigForm", "./forms/deployment-config-form.tsx"],
  ["EnvironmentVariableInput", "./forms/environment-variable-input.tsx"],
])(
  "%s weighs at most 15 kB beside React",
  async (name, path) => {
    const { atOnce } = await weightOf(`export { ${name} } from "${path}";`);
    expect(atOnce).toBeLessThanOrEqual(15_000);
  },
  30_000,
);
