/** Workers: what an upload says becomes a version, and a version gets the traffic. */
import { createHash } from "node:crypto";
import type { SimulatedRequest } from "../definition.ts";
import { accountOf } from "./account.ts";
import { isObject, refuse } from "./envelope.ts";
import { fieldOf, partsOf, type Part } from "./multipart.ts";
import {
  freshUuid,
  type Account,
  type AssetConfig,
  type Binding,
  type CloudflareState,
  type Script,
  type Version,
  type WorkerDeployment,
} from "./state.ts";
import { completed } from "./uploads.ts";

/** The script that the path names. */
export function scriptOf(state: CloudflareState, request: SimulatedRequest): Script {
  const script = accountOf(state, request).scripts.get(request.param("script"));
  if (script) return script;
  throw refuse(404, 10007, "This Worker does not exist on your account.");
}

/** The version with the traffic (the largest share of it); null before the first deployment. */
export function liveVersion({ deployments, versions }: Script): Version | null {
  const [first] = deployments[0]?.versions.toSorted((one, other) => other.percentage - one.percentage) ?? [];
  return versions.find(({ id }) => id === first?.version_id) ?? null;
}

/** A script goes with the host names it has. */
export function removeScript({ scripts, workerDomains }: Account, { name }: Script): void {
  scripts.delete(name);
  for (const [id, { service }] of workerDomains) if (service === name) workerDomains.delete(id);
}

interface Metadata {
  main_module?: string;
  body_part?: string;
  assets?: { jwt?: string; config?: AssetConfig };
  keep_assets?: boolean;
  bindings?: Binding[];
  keep_bindings?: string[];
  compatibility_date?: string;
  compatibility_flags?: string[];
  annotations?: Record<string, string>;
  tags?: string[] | null;
  observability?: object;
}

/** The values the API takes. Source: the schema of `assets.config`. */
const assetValues: Record<string, readonly string[]> = {
  html_handling: ["auto-trailing-slash", "force-trailing-slash", "drop-trailing-slash", "none"],
  not_found_handling: ["none", "404-page", "single-page-application"],
};

function metadataOf(parts: readonly Part[]): Metadata {
  let metadata: unknown;
  try {
    metadata = JSON.parse(fieldOf(parts, "metadata") ?? "");
  } catch {
    metadata = null; // Refused below, like a part that is missing.
  }
  if (!isObject(metadata)) throw refuse(400, 10021, "The upload needs a part `metadata` of JSON.");
  const { main_module: main, body_part: body, assets, keep_assets: keep } = metadata as Metadata;
  const entry = main ?? body;
  if (entry !== undefined && !parts.some(({ name }) => name === entry))
    throw refuse(400, 10021, `No such module: ${entry}.`);
  if (entry === undefined && !assets?.jwt && !keep)
    throw refuse(400, 10021, "An upload needs a main module or assets.");
  for (const [name, values] of Object.entries(assetValues)) {
    const value = assets?.config?.[name as keyof AssetConfig];
    if (value !== undefined && !values.includes(value as string))
      throw refuse(400, 10021, `assets.config.${name} is one of ${values.join(", ")}.`);
  }
  return metadata;
}

/** The bindings of a new version: those sent, those to inherit by name, and the kinds to keep. */
function bindingsOf({ bindings = [], keep_bindings: kinds = [] }: Metadata, before: Version | null): Binding[] {
  const sent = bindings.map((binding) => {
    if (binding.type !== "inherit") return binding;
    const inherited = before?.bindings.find(({ name }) => name === binding.name);
    if (!inherited) throw refuse(400, 10021, `There is no binding ${binding.name} to inherit.`);
    return inherited;
  });
  const kept = before?.bindings.filter(
    ({ name, type }) => kinds.includes(type) && !sent.some((binding) => binding.name === name),
  );
  return [...sent, ...(kept ?? [])];
}

function addVersion(state: CloudflareState, script: Script, version: Omit<Version, "id" | "number">): Version {
  const added = { ...version, id: freshUuid(state), number: script.versions.length + 1 };
  script.versions.push(added);
  script.modifiedAt = added.createdAt;
  return added;
}

/** The version that an upload makes; without traffic yet. */
export function uploadVersion(state: CloudflareState, request: SimulatedRequest, script: Script): Version {
  const parts = partsOf(request.headers["content-type"], request.body);
  if (!parts) throw refuse(400, 10021, "A Worker is sent as a multipart form.");
  const metadata = metadataOf(parts);
  const before = script.versions.at(-1) ?? null;
  const { assets, keep_assets: keep } = metadata;
  const account = accountOf(state, request);
  const uploaded = assets?.jwt
    ? {
        manifest: completed(account, { token: assets.jwt, script: script.name, now: request.now }),
        config: assets.config ?? {},
      }
    : null;
  const etag = createHash("sha256");
  for (const { name, body } of parts) if (name !== "metadata") etag.update(name).update(body);
  if (metadata.observability) script.settings["observability"] = metadata.observability;
  if (metadata.tags) script.settings["tags"] = metadata.tags;
  const version = {
    annotations: { "workers/triggered_by": "upload", ...metadata.annotations },
    bindings: bindingsOf(metadata, before),
    compatibilityDate: metadata.compatibility_date ?? "2021-11-02",
    compatibilityFlags: metadata.compatibility_flags ?? [],
    mainModule: metadata.main_module ?? metadata.body_part ?? null,
    createdAt: request.now,
    etag: etag.digest("hex"),
    assets: uploaded ?? (keep ? (before?.assets ?? null) : null),
  };
  return addVersion(state, script, version);
}

/** Give a version the traffic. */
export function deploy(
  state: CloudflareState,
  script: Script,
  {
    versions,
    annotations = {},
    now,
  }: Pick<WorkerDeployment, "versions"> & {
    annotations?: Record<string, string> | undefined;
    now: number;
  },
): WorkerDeployment {
  const deployment = { id: freshUuid(state), createdAt: now, annotations, versions };
  script.deployments.unshift(deployment);
  script.modifiedAt = now;
  return deployment;
}

/** All traffic to one version. */
export const whole = (version: Version) => [{ version_id: version.id, percentage: 100 }];

/** A version like the newest one with other secrets, deployed at once, which is what the API does with secrets. */
export function changeSecrets(
  state: CloudflareState,
  script: Script,
  { secrets, now }: { secrets: Record<string, string | null>; now: number },
): void {
  if (liveVersion(script) !== script.versions.at(-1))
    throw refuse(400, 10215, "Secret edit failed. The latest version of your Worker isn't currently deployed.");
  const before = script.versions.at(-1)!;
  const added = Object.entries(secrets).flatMap(([name, text]) =>
    text === null ? [] : [{ type: "secret_text", name, text }],
  );
  const bindings = [...before.bindings.filter(({ name }) => !(name in secrets)), ...added];
  const version = addVersion(state, script, {
    ...before,
    bindings,
    annotations: { "workers/triggered_by": "secret" },
    createdAt: now,
  });
  deploy(state, script, { versions: whole(version), now });
}
