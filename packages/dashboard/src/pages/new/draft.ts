/** A deployment as it is put together on the page, and what the server is asked for with it. */
import type { LandfallClient, ServiceOverrides, VariableRow } from "@landfall/react";

export type DeployRequest = Parameters<LandfallClient["deployments"]["create"]>[0];
export type Source = DeployRequest["source"];

/** Where the code comes from, once it is chosen and has arrived. */
export interface ChosenSource {
  source: Source;
  /** A project's name made of it; may be no allowed one. */
  name: string;
  /** "field-notes", or the address. */
  title: string;
  /** "312 files, 4.1 MB". */
  detail: string;
  /** What the command line is given in its place. */
  cli: string;
}

export interface Destination {
  project: string;
  /** Null: the server finds it in the settings of the project. */
  platform: string | null;
  /** As people call it. */
  platformName: string;
  /** Of several accounts on the platform. */
  connection: string | null;
  /** Id of a saved target, which says platform, account and place there. */
  saved: string | null;
  environment: string;
}

export interface Draft {
  chosen: ChosenSource | null;
  overrides: ServiceOverrides;
  /** Paths of the services that are deployed; null for all. */
  services: string[] | null;
  destination: Destination | null;
  variables: VariableRow[];
  allowMissing: boolean;
}

export const emptyDraft: Draft = {
  chosen: null,
  overrides: {},
  services: null,
  destination: null,
  variables: [],
  allowMissing: false,
};

/** Values that were typed here and are not stored yet. */
export function newValues({ variables }: Draft): { key: string; value: string; sensitive: boolean }[] {
  return variables.flatMap(({ key, value, sensitive, saved }) =>
    saved || value === null || value === "" || key === "" ? [] : [{ key, value, sensitive }],
  );
}

export function requestOf(
  draft: Draft,
  { chosen, destination }: { chosen: ChosenSource; destination: Destination },
): DeployRequest {
  const { project, platform, connection, saved, environment } = destination;
  return {
    source: chosen.source,
    project,
    environment,
    ...(platform === null ? {} : { platform }),
    ...(saved !== null ? { savedTarget: saved } : connection === null ? {} : { connection }),
    ...(Object.keys(draft.overrides).length === 0 ? {} : { overrides: draft.overrides }),
    ...(draft.services === null ? {} : { services: draft.services }),
    ...(draft.allowMissing ? { allowMissing: true } : {}),
  };
}

const flags: Partial<Record<keyof ServiceOverrides, string>> = {
  framework: "--framework",
  installCommand: "--install-command",
  buildCommand: "--build-command",
  startCommand: "--start-command",
  releaseCommand: "--release-command",
  outputDir: "--output-dir",
  port: "--port",
};

/** The same deployment from a terminal; values of variables are left to `--env NAME`, which takes them from the shell. */
export function commandOf(
  draft: Draft,
  { chosen, destination }: { chosen: ChosenSource; destination: Destination },
): string {
  const { project, platform, connection, environment } = destination;
  const overrides = Object.entries(draft.overrides).flatMap(([field, value]) => {
    const flag = flags[field as keyof ServiceOverrides];
    return flag === undefined ? [] : [flag, String(value)];
  });
  return [
    "landfall deploy",
    ...[chosen.cli].filter(Boolean),
    ...("git" in chosen.source && chosen.source.ref !== undefined ? ["--ref", chosen.source.ref] : []),
    ...(chosen.source.subdirectory === undefined ? [] : ["--subdirectory", chosen.source.subdirectory]),
    "--project",
    project,
    ...(platform === null ? [] : ["--platform", platform]),
    ...(connection === null ? [] : ["--connection", connection]),
    ...(environment === "production" ? [] : ["--preview", environment]),
    ...(draft.services ?? []).flatMap((service) => ["--service", service]),
    ...overrides,
    ...newValues(draft).flatMap(({ key }) => ["--env", key]),
    ...(draft.allowMissing ? ["--allow-missing"] : []),
  ]
    .map((word, index) => (index === 0 ? word : quoted(word)))
    .join(" ");
}

/** A word as a shell takes it. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
