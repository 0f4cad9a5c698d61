/**
 * Variables of a Worker are bindings of its versions: a deployment carries its own. What somebody else has bound (databases, buckets, secrets)
 * is inherited. A Worker of files alone has none: nothing reads them.
 */
import { syncVariables } from "../../connections/owned-variables.ts";
import { DeployError } from "../../error.ts";
import type { ApiContext, DeployContext, Platform, RemoteVariable } from "../../platform.ts";
import { accountIdOf, ask, askIfThere } from "./api.ts";
import { asServer } from "./site.ts";
import { nameOf, scriptPath, type Worker } from "./workers-script.ts";

interface Binding {
  type: string;
  name: string;
  text?: string;
}

type Operations = NonNullable<Platform["variables"]>;

const isVariable = ({ type }: Binding): boolean => type === "plain_text" || type === "secret_text";

/** What is bound in the live version. */
async function bindingsOf(
  context: Pick<ApiContext, "api" | "signal">,
  worker: Pick<Worker, "account" | "name">,
): Promise<Binding[]> {
  const settings = await askIfThere<{ bindings?: Binding[] }>(context, {
    method: "GET",
    path: `${scriptPath(worker)}/settings`,
  });
  return settings?.bindings ?? [];
}

/** The bindings of a new version: the release's variables, its files, and what others have bound. */
export async function bindingsFor(
  context: DeployContext,
  worker: Worker,
  { hasAssets }: { hasAssets: boolean },
): Promise<object[]> {
  const before = worker.reached ? await bindingsOf(context, worker) : [];
  const draft = new Map<string, object>(
    before.filter(({ type }) => type !== "assets").map(({ name }) => [name, { type: "inherit", name }]),
  );
  const stored = new Map(before.filter(isVariable).map((binding) => [binding.name, viewOf(binding)]));
  // Written into the draft and not to Cloudflare: a version is uploaded with all of its bindings at once.
  const operations: Operations = {
    list: async () => [...stored.values()],
    async set(_, values) {
      for (const { key, value, sensitive } of values) {
        draft.set(key, { type: sensitive ? "secret_text" : "plain_text", name: key, text: value });
        stored.set(key, { key, value: sensitive ? null : value, sensitive });
      }
    },
    async remove(_, keys) {
      for (const key of keys) draft.delete(key);
    },
  };
  await syncVariables({ ...context, release: asServer(context.release) }, operations);
  if (hasAssets) draft.set("ASSETS", { type: "assets", name: "ASSETS" });
  return [...draft.values()];
}

function viewOf({ type, name, text }: Binding): RemoteVariable {
  return { key: name, value: type === "plain_text" ? (text ?? "") : null, sensitive: type === "secret_text" };
}

export const workersVariables: Operations = {
  async list(context) {
    if (context.environment !== "production") return [];
    const worker = { account: await accountIdOf(context), name: nameOf(context) };
    return (await bindingsOf(context, worker)).filter(isVariable).map(viewOf);
  },
  /** All as secrets: only these can be changed without uploading the code again. */
  async set(context, values) {
    await change(
      context,
      Object.fromEntries(values.map(({ key, value }) => [key, { name: key, text: value, type: "secret_text" }])),
    );
  },
  async remove(context, keys) {
    await change(context, Object.fromEntries(keys.map((key) => [key, null])));
  },
};

/** At most so many in one request. Source: the schema of secrets-bulk. */
const mostSecrets = 100;

async function change(
  context: ApiContext & { environment: string },
  secrets: Record<string, object | null>,
): Promise<void> {
  if (context.environment !== "production") throw previewsHaveTheirOwn(context.environment);
  const worker = { account: await accountIdOf(context), name: nameOf(context) };
  if (!(await hasCode(context, worker))) throw onlyFiles(worker.name);
  const all = Object.entries(secrets);
  for (let at = 0; at < all.length; at += mostSecrets) {
    await ask(context, {
      method: "PATCH",
      path: `${scriptPath(worker)}/secrets-bulk`,
      json: { secrets: Object.fromEntries(all.slice(at, at + mostSecrets)) },
      headers: { "content-type": "application/merge-patch+json" },
    });
  }
}

async function hasCode(context: ApiContext, worker: Pick<Worker, "account" | "name">): Promise<boolean> {
  const scripts = await ask<{ id: string; has_modules?: boolean }[]>(context, {
    method: "GET",
    path: scriptPath(worker).slice(0, scriptPath(worker).lastIndexOf("/")),
  });
  return scripts.some(({ id, has_modules: has }) => id === worker.name && has === true);
}

function onlyFiles(name: string): DeployError {
  return new DeployError("INVALID_VARIABLE", {
    what: `The Worker ${name} is files alone: no code runs that could read a variable.`,
    where: name,
    next: "Give it to the build instead: landfall env set, and deploy again.",
    step: "configure",
  });
}

function previewsHaveTheirOwn(environment: string): DeployError {
  return new DeployError("INVALID_VARIABLE", {
    what: "A preview of a Worker has the variables it was deployed with; they cannot be changed afterwards.",
    where: environment,
    next: "Set them with landfall env set, and deploy the preview again.",
    step: "configure",
  });
}
