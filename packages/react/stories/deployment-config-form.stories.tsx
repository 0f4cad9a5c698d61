import { type ReactNode, useState } from "react";
import {
  type Detection,
  DeploymentConfigForm,
  type DeploymentConfigFormProps,
  type Plan,
  type ServiceOverrides,
} from "../src/index.ts";

export const title = "DeploymentConfigForm";

const facts = {
  kind: "static",
  runtime: "node",
  runtimeVersion: ">=22",
  framework: "vite",
  packageManager: "npm",
  installCommand: "npm ci",
  buildCommand: "npm run build",
  outputDir: "dist",
  database: [],
  env: [],
} as const;

const detection: Detection = {
  ...facts,
  database: [],
  env: [],
  services: [{ ...facts, path: ".", name: "kettle", database: [], env: [] }],
  evidence: [
    {
      field: "installCommand",
      value: "npm ci",
      rule: "package-manager/lockfile",
      at: "package-lock.json",
      confidence: 0.97,
    },
    { field: "framework", value: "vite", rule: "framework/vite", at: "package.json:17", confidence: 0.93 },
    { field: "buildCommand", value: "npm run build", rule: "script/build", at: "package.json:8", confidence: 0.97 },
    { field: "outputDir", value: "dist", rule: "vite/default", at: "vite.config.js", confidence: 0.93 },
    { field: "outputDir", value: "dist", rule: "ignored/output", at: ".gitignore:3", confidence: 0.6 },
    { field: "kind", value: "static", rule: "vite/default", at: "vite.config.js", confidence: 0.93 },
  ],
  candidates: [
    { framework: "vite", runtime: "node", kind: "static", confidence: 0.93 },
    { framework: "express", runtime: "node", kind: "server", confidence: 0.41 },
    { runtime: "static", kind: "static", confidence: 0.2 },
  ],
  warnings: [],
};

const monorepo: Detection = {
  ...facts,
  kind: "monorepo",
  database: [],
  env: [],
  services: [
    {
      path: "apps/api",
      name: "api",
      runtime: "node",
      kind: "server",
      framework: "hono",
      installCommand: "npm ci",
      startCommand: "npm run start",
      port: 4000,
      dependsOn: ["packages/shared"],
      database: [],
      env: [],
    },
    { ...facts, path: "apps/web", name: "web", dependsOn: ["packages/shared"], database: [], env: [] },
  ],
  evidence: [
    {
      field: "installCommand",
      value: "npm ci",
      rule: "package-manager/lockfile",
      at: "package-lock.json",
      confidence: 0.97,
    },
  ],
  candidates: [{ runtime: "node", kind: "monorepo", confidence: 0.9 }],
  warnings: [{ at: "apps/old/package.json", message: "This manifest is not JSON; the folder was passed over." }],
};

const empty: Detection = {
  kind: "package",
  runtime: "unknown",
  database: [],
  env: [],
  services: [],
  evidence: [],
  candidates: [],
  warnings: [],
};

const plan: Plan = {
  version: 1,
  project: "kettle",
  environment: "production",
  platform: "local",
  source: { kind: "git", description: "acme/kettle", snapshot: "sha256:1", files: 31, sizeBytes: 120_000 },
  services: [
    {
      name: "kettle",
      path: ".",
      kind: "static",
      framework: "vite",
      runtime: "node",
      route: [],
      accepts: "files",
      build: {
        install: [{ argv: ["npm", "ci"] }],
        build: [{ argv: ["npm", "run", "build:live"] }],
        outputDir: "dist",
        timeoutMs: 1_800_000,
      },
      variables: [],
      hosts: ["kettle.localhost"],
      check: { path: "/", timeoutMs: 60_000 },
      dependsOn: [],
      operations: ["switch the traffic"],
    },
  ],
  notes: [],
  evidence: [],
};

type Given = Partial<DeploymentConfigFormProps>;

/** A form somebody fills in. */
function Filled({ value: first = {}, services: chosen, ...given }: Given) {
  const [value, setValue] = useState<ServiceOverrides>(first);
  const [services, setServices] = useState(chosen);
  return (
    <DeploymentConfigForm
      detection={detection}
      {...given}
      value={value}
      onChange={setValue}
      {...(services === undefined ? {} : { services, onServices: setServices })}
    />
  );
}

export const stories: Record<string, () => ReactNode> = {
  detecting: () => <Filled detection={null} />,
  detected: () => <Filled />,
  changed: () => <Filled value={{ buildCommand: "npm run build:live", spaFallback: true }} plan={plan} />,
  "plan being updated": () => <Filled value={{ buildCommand: "npm run build:live" }} plan={plan} isPlanning />,
  monorepo: () => <Filled detection={monorepo} services={["apps/api", "apps/web"]} />,
  "monorepo, one service": () => <Filled detection={monorepo} services={["apps/api"]} />,
  "nothing detected": () => <Filled detection={empty} />,
  "nothing detected, said by the server": () => (
    <Filled
      detection={null}
      error={{
        code: "NOT_DETECTED",
        what: "There is nothing here that could be deployed.",
        next: "Give the directory of an application, or say what it is.",
      }}
    />
  ),
  "could not be read": () => (
    <Filled
      detection={null}
      error={{
        code: "SOURCE_UNAVAILABLE",
        what: "The repository could not be read.",
        where: "https://git.example.com/acme/kettle.git",
        next: "Check the address, and that anyone can read it.",
      }}
    />
  ),
  invalid: () => (
    <Filled
      value={{ kind: "server", startCommand: "node", port: 99_999, healthPath: "health", outputDir: "../out" }}
      faults={[
        { path: "overrides.startCommand", message: "node is given no program to run." },
        { path: "source.ref", message: "There is no branch main." },
      ]}
    />
  ),
  "no service chosen": () => <Filled detection={monorepo} services={[]} />,
  disabled: () => <Filled disabled />,
};
