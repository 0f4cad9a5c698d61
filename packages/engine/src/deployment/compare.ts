/** How one deployment differs from another, and what giving it the traffic would change. Values of variables are compared here and never leave. */
import { isDeepStrictEqual } from "node:util";
import { isSensitive } from "../env/rules.ts";
import type { DeployPlan, ServicePlan } from "../plan/plan.ts";
import { inEnvironment } from "../plan/hosts.ts";
import type { Platform, Release } from "../platform.ts";
import { formatCommand } from "../process/command.ts";
import type { Snapshot, SnapshotFile } from "../snapshot/snapshot.ts";
import type { DeploymentRow } from "../store/schema.ts";
import type { Store } from "../store/store.ts";
import { readGiven } from "../shared-values.ts";
import { valuesByService } from "../variables.ts";
import { type CommitsBetween, commitsBetween } from "./commits.ts";
import { openRelease, type ServiceValues } from "./release.ts";
import { valuesAgain } from "./values.ts";
import { deploymentRow, type DeploymentView, deploymentViews, liveDeployment } from "./views.ts";

/** One of two deployments that are compared. */
export type Side = Pick<
  DeploymentView,
  "id" | "url" | "commit" | "createdAt" | "state" | "live" | "message" | "source"
>;

/** How one deployment differs from another. Holds no value of a variable. */
export interface Comparison<From = Side> {
  from: From;
  to: Side;
  /** Null where it was never looked for. */
  commits: CommitsBetween | null;
  variables: { key: string; change: "added" | "removed" | "changed"; sensitive: boolean }[];
  settings: { field: string; service: string; from: string | null; to: string | null }[];
  /** Of what was built; of the sources when one of the two was never built. */
  files: { added: number; removed: number; changed: number; sizeFrom: number; sizeTo: number };
  /** Host names that lead, or would lead, to `to`. */
  domains: string[];
  /** How the traffic would be given to `to`, in a sentence. */
  how: string;
  sameRelease: boolean;
}

/** A deployment as it was, or would be, sealed. */
interface Bundle {
  view: DeploymentView;
  plan: DeployPlan | null;
  services: ServicePlan[];
  /** Null when it was never sealed, or is no longer kept. */
  release: Release | null;
  values: ServiceValues | null;
}

type Changing = "rollback" | "promote" | "redeploy";

/** See Engine.compare and effect. */
export function comparingOf({
  store,
  platforms,
  domain,
}: {
  store: Store;
  platforms: Platform[];
  /** Of the host names on this machine. */
  domain(): Promise<string>;
}) {
  const platformOf = (id: string): Platform | undefined => platforms.find((one) => one.id === id);

  async function bundleOf(row: DeploymentRow): Promise<Bundle> {
    const [[view], release] = await Promise.all([
      deploymentViews(store, [row], platforms),
      row.release_id === null ? null : openRelease(store, row.release_id),
    ]);
    const plan = view!.plan;
    const services = release ? release.services.map((one) => one.plan) : (plan?.services ?? []);
    const values =
      release && Object.fromEntries(release.services.map((one) => [one.plan.name, one.variables] as const));
    return { view: view!, plan, services, release, values };
  }

  /** What would be sealed by the action. */
  async function bundleAfter(row: DeploymentRow, action: Changing, environment: string): Promise<Bundle> {
    const bundle = await bundleOf(row);
    if (action === "rollback" || bundle.plan === null) return bundle;
    if (action === "redeploy") {
      const { stored, given } = await valuesAgain(store, row);
      const { services } = bundle.plan;
      return { ...bundle, services, values: valuesByService(services, { ...stored, ...given }) };
    }
    const { services } = inEnvironment(bundle.plan, environment, await domain());
    const stored = await readGiven(store, row.project_id, environment);
    const values = Object.fromEntries(stored.map(({ key, value }) => [key, value]));
    return { ...bundle, services, values: valuesByService(services, values) };
  }

  async function compared(
    from: Bundle | null,
    to: Bundle,
    { how, sensitive, projectId }: { how: string; sensitive: ReadonlySet<string>; projectId: string },
  ): Promise<Comparison<Side | null>> {
    const platform = platformOf(to.view.platform);
    const shas = { from: from?.view.commit?.sha, to: to.view.commit?.sha };
    return {
      from: from && sideOf(from),
      to: sideOf(to),
      commits: await commitsBetween(store, { projectId, ...shas }),
      variables: variableChanges(from, to, sensitive),
      settings: settingChanges(from, to),
      files: fileChanges(await filesOf(store, from, to)),
      domains: hostsOf(from, to, platform),
      how,
      sameRelease: from?.view.releaseId === to.view.releaseId && to.view.releaseId !== null,
    };
  }

  async function sensitiveIn(row: DeploymentRow, environment: string): Promise<Set<string>> {
    const stored = await readGiven(store, row.project_id, environment);
    return new Set(stored.filter((one) => one.sensitive).map(({ key }) => key));
  }

  return {
    async compare({ from: fromId, to: toId }: { from: string; to: string }): Promise<Comparison> {
      const [before, after] = [await deploymentRow(store, fromId), await deploymentRow(store, toId)];
      const [from, to] = [await bundleOf(before), await bundleOf(after)];
      const isPromotion = before.environment === "production" && after.environment !== "production";
      const action = isPromotion ? "promote" : to.view.actions.rollback.possible ? "rollback" : "redeploy";
      const how = to.view.live ? "It has the traffic already." : howOf(action, to, platformOf(after.platform));
      const sensitive = new Set([
        ...(await sensitiveIn(before, before.environment)),
        ...(await sensitiveIn(after, after.environment)),
      ]);
      return { ...(await compared(from, to, { how, sensitive, projectId: after.project_id })), from: sideOf(from) };
    },

    async effect(deploymentId: string, action: Changing, promotedTo = "production"): Promise<Comparison<Side | null>> {
      const row = await deploymentRow(store, deploymentId);
      const environment = action === "promote" ? promotedTo : row.environment;
      const liveId = await liveDeployment(store.db, { ...row, environment });
      const from = liveId === null ? null : await bundleOf(await deploymentRow(store, liveId));
      const to = await bundleAfter(row, action, environment);
      const { possible, reason } = to.view.actions[action];
      const how = possible ? howOf(action, to, platformOf(row.platform)) : reason!;
      const sensitive = await sensitiveIn(row, environment);
      return compared(from, to, { how, sensitive, projectId: row.project_id });
    },
  };
}

function sideOf({ view: { id, url, commit, createdAt, state, live, message, source } }: Bundle): Side {
  return { id, url, commit, createdAt, state, live, message, source };
}

function howOf(action: Changing, { services, release }: Bundle, platform: Platform | undefined): string {
  const runs = services.some(({ kind }) => kind !== "static");
  const takesOver = runs ? "takes over when it answers" : "is served from then on";
  const name = platform?.name ?? "The platform";
  const isHere = platform?.baseUrl === undefined;
  switch (action) {
    case "rollback":
      if (!isHere) return `${name} restores it at once.`;
      return runs
        ? "The stored release is started again and takes over when it answers."
        : "The stored files are served again at once.";
    case "promote":
      if (platform?.promote) return `${name} gives it the traffic as it is, without building.`;
      return `What was built is deployed with the variables there, without building, and ${takesOver}.`;
    case "redeploy":
      return release
        ? `It is built again from the same files with today's variables, and ${takesOver}.`
        : `It must be built again, and ${takesOver}.`;
    default:
      return action satisfies never;
  }
}

/** A key's values in whatever service, for comparison. */
function valuesOf(bundle: Bundle | null): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const values of Object.values(bundle?.values ?? {}))
    for (const [key, value] of Object.entries(values)) found.set(key, (found.get(key) ?? new Set()).add(value));
  return found;
}

function variableChanges(from: Bundle | null, to: Bundle, stored: ReadonlySet<string>): Comparison["variables"] {
  // Of one that was never sealed nobody knows the values.
  if (to.values === null || (from !== null && from.values === null)) return [];
  const [before, after] = [valuesOf(from), valuesOf(to)];
  const planned = [...(from?.services ?? []), ...to.services].flatMap(({ variables }) => variables);
  const sensitive = (key: string): boolean => {
    const known = planned.filter((one) => one.key === key && one.foundIn.length > 0);
    return stored.has(key) || (known.length > 0 ? known.some((one) => one.sensitive) : isSensitive(key));
  };
  return [...new Set([...before.keys(), ...after.keys()])].sort().flatMap((key) => {
    const [earlier, later] = [before.get(key), after.get(key)];
    if (earlier && later && isDeepStrictEqual(earlier, later)) return [];
    const change = !earlier ? ("added" as const) : later ? ("changed" as const) : ("removed" as const);
    return [{ key, change, sensitive: sensitive(key) }];
  });
}

/** By the words of the configuration. */
const settings: Record<string, (service: ServicePlan, platform: string) => string | undefined> = {
  platform: (_, platform) => platform,
  kind: ({ kind }) => kind,
  framework: ({ framework }) => framework,
  installCommand: ({ build, remoteBuild }) => line(build?.install) ?? remoteBuild?.installCommand,
  buildCommand: ({ build, remoteBuild }) => line(build?.build) ?? remoteBuild?.buildCommand,
  beforeCommand: ({ before }) => line(before),
  startCommand: ({ start }) => line(start && [start]),
  outputDir: ({ build, remoteBuild }) => build?.outputDir ?? remoteBuild?.outputDir,
  healthPath: ({ check }) => check.path,
};

function line(commands: NonNullable<ServicePlan["before"]> | undefined): string | undefined {
  return commands && commands.length > 0 ? commands.map(formatCommand).join(" && ") : undefined;
}

function settingChanges(from: Bundle | null, to: Bundle): Comparison["settings"] {
  const names = new Set([...(from?.services ?? []), ...to.services].map(({ name }) => name));
  const valueIn = (bundle: Bundle | null, name: string, field: string): string | null => {
    const service = bundle?.services.find((one) => one.name === name);
    return service ? (settings[field]!(service, bundle!.view.platform) ?? null) : null;
  };
  return [...names].flatMap((service) =>
    Object.keys(settings).flatMap((field) => {
      const [before, after] = [valueIn(from, service, field), valueIn(to, service, field)];
      return before === after ? [] : [{ field, service, from: before, to: after }];
    }),
  );
}

type Files = Map<string, SnapshotFile>;

/** Of what was built, by service and path; of the sources where one of the two was never built. */
async function filesOf(store: Store, from: Bundle | null, to: Bundle): Promise<[Files, Files]> {
  if (to.release && (from === null || from.release)) return [builtFiles(from?.release), builtFiles(to.release)];
  return [await sourceFiles(store, from?.plan), await sourceFiles(store, to.plan)];
}

function builtFiles(release: Release | null | undefined): Files {
  return new Map(
    (release?.services ?? []).flatMap(({ plan, artifact }) =>
      artifact.files.map((file) => [`${plan.name}/${file.path}`, file] as const),
    ),
  );
}

async function sourceFiles(store: Store, plan: DeployPlan | null | undefined): Promise<Files> {
  const snapshot = plan ? await store.manifest<Snapshot>(plan.source.snapshot) : null;
  return new Map((snapshot?.files ?? []).map((file) => [file.path, file]));
}

function fileChanges([from, to]: [Files, Files]): Comparison["files"] {
  const sizeOf = (files: Files): number => files.values().reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const both = [...to].filter(([path]) => from.has(path));
  return {
    added: to.size - both.length,
    removed: from.size - both.length,
    changed: both.filter(([path, { sha256 }]) => from.get(path)!.sha256 !== sha256).length,
    sizeFrom: sizeOf(from),
    sizeTo: sizeOf(to),
  };
}

/** Here, the names a release answers to; elsewhere, the addresses that are not one deployment's alone. */
function hostsOf(from: Bundle | null, to: Bundle, platform: Platform | undefined): string[] {
  if (platform?.baseUrl === undefined) return [...new Set(to.services.flatMap(({ hosts }) => hosts))];
  const [before, after] = [from, to].map(
    (bundle) =>
      new Set(
        (bundle?.view.services ?? [])
          .flatMap(({ url, alsoAt }) => [url, ...alsoAt])
          .map((url) => new URL(url).hostname),
      ),
  ) as [Set<string>, Set<string>];
  const shared = [...after].filter((host) => before.has(host));
  return shared.length > 0 ? shared : [...(from === null ? after : before)];
}
