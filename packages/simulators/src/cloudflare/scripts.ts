/** Workers: scripts, their versions and deployments, as the API shows them. */
import { accountOf } from "./account.ts";
import { instant, isObject, objectOf, ok, refuse, type Routes } from "./envelope.ts";
import { freshId, type Binding, type Script, type Version, type WorkerDeployment } from "./state.ts";
import { changeSecrets, deploy, liveVersion, removeScript, scriptOf, uploadVersion, whole } from "./versions.ts";

/** Secrets may be named and never read. */
const bindingView = ({ text, ...binding }: Binding) =>
  binding.type === "secret_text" || text === undefined ? binding : { ...binding, text };

const versionSummary = ({ id, number, createdAt, annotations }: Version) => ({
  id,
  number,
  metadata: {
    created_on: instant(createdAt),
    modified_on: instant(createdAt),
    source: "wrangler",
    author_id: "c0ffeec0ffeec0ffeec0ffeec0ffee00",
    author_email: "someone@example.com",
    hasPreview: true,
  },
  annotations,
});

const versionView = (version: Version) => ({
  ...versionSummary(version),
  resources: {
    bindings: version.bindings.map(bindingView),
    script: {
      etag: version.etag,
      handlers: version.mainModule === null ? [] : ["fetch"],
      last_deployed_from: "wrangler",
    },
    script_runtime: {
      compatibility_date: version.compatibilityDate,
      compatibility_flags: version.compatibilityFlags,
      usage_model: "standard",
    },
  },
  startup_time_ms: 1,
});

const deploymentView = ({ id, createdAt, annotations, versions }: WorkerDeployment) => ({
  id,
  created_on: instant(createdAt),
  source: "wrangler",
  strategy: "percentage",
  author_email: "someone@example.com",
  annotations: { "workers/triggered_by": "deployment", ...annotations },
  versions,
});

function scriptView(script: Script): object {
  const { mainModule, assets, etag, ...version } = liveVersion(script) ?? script.versions.at(-1)!;
  return {
    id: script.name,
    tag: script.tag,
    etag,
    handlers: mainModule === null ? [] : ["fetch"],
    has_assets: assets !== null,
    has_modules: mainModule !== null,
    created_on: instant(script.createdAt),
    modified_on: instant(script.modifiedAt),
    compatibility_date: version.compatibilityDate,
    compatibility_flags: version.compatibilityFlags,
    usage_model: "standard",
    startup_time_ms: 1,
  };
}

const secretsOf = (script: Script) =>
  (script.versions.at(-1)?.bindings ?? []).filter(({ type }) => type === "secret_text");

const path = "/accounts/:account/workers/scripts/:script";

export const scriptRoutes: Routes = {
  "GET /accounts/:account/workers/scripts": (state, request) =>
    ok([...accountOf(state, request).scripts.values()].map(scriptView)),

  [`PUT ${path}`]: (state, request) => {
    const { scripts } = accountOf(state, request);
    const name = request.param("script");
    if (!/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(name))
      throw refuse(400, 10016, "A Worker's name has 1-63 lowercase letters, digits and dashes, no dash at either end.");
    const script: Script = scripts.get(name) ?? {
      name,
      tag: freshId(state),
      createdAt: request.now,
      modifiedAt: request.now,
      versions: [],
      deployments: [],
      subdomain: { enabled: false, previews_enabled: false },
      settings: { logpush: false, observability: { enabled: false }, tags: [], tail_consumers: [] },
    };
    const version = uploadVersion(state, request, script);
    scripts.set(name, script);
    deploy(state, script, { versions: whole(version), now: request.now });
    // The field is older than versions; wrangler shows it as the id of the version.
    return ok({ ...scriptView(script), deployment_id: version.id });
  },
  [`GET ${path}`]: (state, request) => {
    scriptOf(state, request);
    return { headers: { "content-type": "application/javascript" }, body: "" };
  },
  [`DELETE ${path}`]: (state, request) => {
    removeScript(accountOf(state, request), scriptOf(state, request));
    return ok(null);
  },

  [`POST ${path}/versions`]: (state, request) => {
    const script = scriptOf(state, request);
    return ok(versionView(uploadVersion(state, request, script)));
  },
  [`GET ${path}/versions`]: (state, request) => {
    const { versions } = scriptOf(state, request);
    return ok({ items: versions.toReversed().slice(0, 10).map(versionSummary) });
  },
  [`GET ${path}/versions/:version`]: (state, request) => {
    const version = scriptOf(state, request).versions.find(({ id }) => id === request.param("version"));
    if (!version) throw refuse(404, 100146, "The requested Worker version could not be found.");
    return ok(versionView(version));
  },

  [`GET ${path}/deployments`]: (state, request) =>
    ok({ deployments: scriptOf(state, request).deployments.slice(0, 10).map(deploymentView) }),
  [`POST ${path}/deployments`]: (state, request) => {
    const script = scriptOf(state, request);
    const { strategy, versions, annotations } = objectOf(request) as Partial<WorkerDeployment> & { strategy?: string };
    if (strategy !== "percentage" || !Array.isArray(versions) || versions.length === 0)
      throw refuse(400, 10023, "A deployment has the strategy `percentage` and at least one version.");
    if (versions.reduce((sum, { percentage }) => sum + percentage, 0) !== 100)
      throw refuse(400, 10023, "The percentages of a deployment's versions add up to 100.");
    const unknown = versions.find(({ version_id: id }) => !script.versions.some((version) => version.id === id));
    if (unknown) throw refuse(404, 100146, "The requested Worker version could not be found.");
    return ok(deploymentView(deploy(state, script, { versions, annotations, now: request.now })));
  },
  [`GET ${path}/deployments/:deployment`]: (state, request) => {
    const deployment = scriptOf(state, request).deployments.find(({ id }) => id === request.param("deployment"));
    if (!deployment) throw refuse(404, 10006, "The requested deployment could not be found.");
    return ok(deploymentView(deployment));
  },

  [`GET ${path}/secrets`]: (state, request) => ok(secretsOf(scriptOf(state, request)).map(bindingView)),
  [`PUT ${path}/secrets`]: (state, request) => {
    const script = scriptOf(state, request);
    const { name, text, type } = objectOf(request);
    if (typeof name !== "string" || typeof text !== "string" || type !== "secret_text")
      throw refuse(400, 10021, "A secret has a name, a text and the type `secret_text`.");
    changeSecrets(state, script, { secrets: { [name]: text }, now: request.now });
    return ok({ name, type });
  },
  [`PATCH ${path}/secrets-bulk`]: (state, request) => {
    const script = scriptOf(state, request);
    const { secrets } = objectOf(request);
    if (!isObject(secrets) || Object.keys(secrets).length > 100)
      throw refuse(400, 10021, "`secrets` is an object of at most 100 secrets.");
    const texts = Object.entries(secrets).map(([name, secret]) => {
      return [name, isObject(secret) ? String(secret["text"]) : null] as const;
    });
    changeSecrets(state, script, { secrets: Object.fromEntries(texts), now: request.now });
    return ok(Object.fromEntries(secretsOf(script).map((secret) => [secret.name, bindingView(secret)])));
  },
  [`DELETE ${path}/secrets/:secret`]: (state, request) => {
    const script = scriptOf(state, request);
    const name = request.param("secret");
    if (!secretsOf(script).some((secret) => secret.name === name)) throw refuse(404, 10056, "Secret not found.");
    changeSecrets(state, script, { secrets: { [name]: null }, now: request.now });
    return ok(null);
  },

  [`GET ${path}/settings`]: (state, request) => {
    const script = scriptOf(state, request);
    const version = liveVersion(script)!;
    return ok({
      bindings: version.bindings.map(bindingView),
      compatibility_date: version.compatibilityDate,
      compatibility_flags: version.compatibilityFlags,
      usage_model: "standard",
      ...script.settings,
    });
  },
  [`GET ${path}/script-settings`]: (state, request) => ok(scriptOf(state, request).settings),
  [`PATCH ${path}/script-settings`]: (state, request) => {
    const script = scriptOf(state, request);
    Object.assign(script.settings, objectOf(request));
    return ok(script.settings);
  },

  [`POST ${path}/tails`]: (state, request) => {
    scriptOf(state, request);
    const id = freshId(state);
    const url = `wss://tail.developers.workers.dev/${id}`;
    return ok({ id, url, expires_at: instant(request.now + 6 * 3_600_000) });
  },
  [`DELETE ${path}/tails/:tail`]: (state, request) => {
    scriptOf(state, request);
    return ok(null);
  },
};
