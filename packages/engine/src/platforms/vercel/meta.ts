/** Keys under which a deployment carries what it is to us. */
export const meta = {
  deployment: "landfallDeployment",
  release: "landfallRelease",
  environment: "landfallEnvironment",
  service: "landfallService",
} as const;
