/**
 * Variables of a site in one environment. Production is Netlify's context of that name; a preview is the branch of its name.
 * A key has a value for each context, so what is set here leaves every other context as it is.
 */
import { path } from "../../http/api.ts";
import type { ApiContext, Platform, RemoteVariable } from "../../platform.ts";
import { type Home, homeOf } from "./site.ts";

type Operations = NonNullable<Platform["variables"]>;
type Context = ApiContext & { environment: string };
type Given = Parameters<Operations["set"]>[1];

interface Place {
  context: string;
  context_parameter?: string;
}

interface EnvVar {
  key: string;
  is_secret?: boolean;
  values: (Place & { id: string; value: string })[];
}

/**
 * What a secret may be used for; for everything else Netlify's own default holds, as choosing needs a paid plan.
 * Source: netlify-cli 27.10.2, `env:set --secret`, read 2026-08.
 */
const secretScopes = ["builds", "functions", "runtime"];

/** The operations, remembering between two of them what was listed: for one deployment. */
export function variableOperations(): Operations {
  let listed: EnvVar[] | undefined;
  const all = async (context: Context, home: Home): Promise<EnvVar[]> => (listed ??= await read(context, home));
  return {
    async list(context) {
      listed = undefined;
      return (await all(context, await homeOf(context))).flatMap((one) => remoteVariable(one, context));
    },
    async set(context, values) {
      const home = await homeOf(context);
      const there = new Map((await all(context, home)).map((one) => [one.key, one]));
      await write(context, { home, values, there });
      listed = undefined;
    },
    async remove(context, keys) {
      const home = await homeOf(context);
      const there = await all(context, home);
      for (const one of there.filter(({ key }) => keys.includes(key))) await removeValue(context, home, one);
      listed = undefined;
    },
  };
}

function placeOf({ environment }: Context): Place {
  return environment === "production"
    ? { context: "production" }
    : { context: "branch", context_parameter: environment };
}

function isAt(place: Place) {
  return (value: Place): boolean =>
    value.context === place.context &&
    (place.context_parameter === undefined || value.context_parameter === place.context_parameter);
}

function call<T>(
  { api, signal }: Context,
  { siteId, account }: Home,
  { method, below = "", json }: { method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE"; below?: string; json?: unknown },
): Promise<T> {
  const body = json === undefined ? {} : { json };
  const query = { site_id: siteId };
  const accept = method === "DELETE" ? [404] : [];
  return api.call<T>({ method, path: path`/accounts/${account}/env` + below, query, accept, signal, ...body });
}

function read(context: Context, home: Home): Promise<EnvVar[]> {
  return call<EnvVar[]>(context, home, { method: "GET" });
}

/** As a deployment of the environment gets it: its own value, else the one of all branches, else the one of all contexts. */
function remoteVariable({ key, values, is_secret }: EnvVar, context: Context): RemoteVariable[] {
  const places: Place[] = [placeOf(context)];
  if (context.environment !== "production") places.push({ context: "branch-deploy" });
  places.push({ context: "all" });
  for (const place of places) {
    const found = values.find(isAt(place));
    if (found) return [{ key, value: is_secret ? null : found.value, sensitive: is_secret === true }];
  }
  return [];
}

async function write(
  context: Context,
  { home, values, there }: { home: Home; values: Given; there: ReadonlyMap<string, EnvVar> },
): Promise<void> {
  const place = placeOf(context);
  const created = values.filter(({ key }) => !there.has(key));
  if (created.length > 0) {
    const json = created.map(({ key, value, sensitive }) => ({
      key,
      values: [{ ...place, value }],
      ...(sensitive ? { is_secret: true, scopes: secretScopes } : {}),
    }));
    await call(context, home, { method: "POST", json });
  }
  await Promise.all(
    values.map(async ({ key, value, sensitive }) => {
      const before = there.get(key);
      if (!before) return;
      const below = path`/${key}`;
      if (!sensitive || before.is_secret) {
        await call(context, home, { method: "PATCH", below, json: { ...place, value } });
        return;
      }
      const json = {
        key,
        is_secret: true,
        scopes: secretScopes,
        values: [...secretValues(before).filter((one) => !isAt(place)(one)), { ...place, value }],
      };
      await call(context, home, { method: "PUT", below, json });
    }),
  );
}

/** Values as a secret may have them: none for all contexts, none for development. */
function secretValues({ values }: EnvVar): (Place & { value: string })[] {
  return values.flatMap(({ id: _id, ...one }) => {
    if (one.context === "dev" || one.context === "dev-server") return [];
    if (one.context !== "all") return [one];
    const named = ["production", "deploy-preview", "branch-deploy"].filter(
      (context) => !values.some((other) => other.context === context),
    );
    return named.map((context) => ({ context, value: one.value }));
  });
}

async function removeValue(context: Context, home: Home, { key, values }: EnvVar): Promise<void> {
  const own = values.find(isAt(placeOf(context)));
  if (!own) return;
  const below = values.length === 1 ? path`/${key}` : path`/${key}/value/${own.id}`;
  await call(context, home, { method: "DELETE", below });
}
