/**
 * A project's variables. Vercel keeps one for several environments at once where a person made it so: what is changed or removed for one
 * environment is left as it is for the others. Writes of one project come one after the other, or Vercel refuses them.
 */
import { DeployError } from "../../error.ts";
import { type Api, path } from "../../http/api.ts";
import { ApiError } from "../../http/api-error.ts";
import type { ApiContext, Platform } from "../../platform.ts";
import { projectRef, remoteEnvironment, scoped } from "./api.ts";

interface Stored {
  id: string;
  key: string;
  value: string;
  type: "plain" | "encrypted" | "sensitive" | "system" | "secret";
  target: string[] | string;
  gitBranch?: string | null;
  decrypted?: boolean;
}

interface Failure {
  error: { code: string; message: string; key?: string; envVarKey?: string };
}

type Place = ApiContext & { environment: string };

export const variables: NonNullable<Platform["variables"]> = {
  async list(context) {
    const stored = await storedFor(context);
    return stored.map(({ key, value, type, decrypted }) => {
      const sensitive = type === "sensitive";
      return { key, value: sensitive || decrypted === false ? null : value, sensitive };
    });
  },

  async set(context, values) {
    const { api, at } = placeOf(context);
    const target = remoteEnvironment(context.environment);
    const keys = new Set(values.map(({ key }) => key));
    for (const shared of (await storedFor(context)).filter((one) => keys.has(one.key)))
      await withdraw(context, shared, target);
    const json = values.map(({ key, value, sensitive }) => ({
      key,
      value,
      type: sensitive ? "sensitive" : "encrypted",
      target: [target],
    }));
    const { failed } = await write<{ failed?: Failure[] }>(context, () =>
      api.call({ method: "POST", path: `${at}/env`, query: { upsert: true }, json, repeatable: true }),
    );
    if (failed && failed.length > 0) throw refused(failed);
  },

  async remove(context, keys) {
    const { api, at } = placeOf(context);
    const target = remoteEnvironment(context.environment);
    const ids: string[] = [];
    for (const stored of (await storedFor(context)).filter((one) => keys.includes(one.key)))
      if (!(await withdraw(context, stored, target))) ids.push(stored.id);
    for (const id of ids) {
      const gone = { method: "DELETE", path: at + path`/env/${id}`, accept: [404] } as const;
      await write(context, () => api.send(gone));
    }
  },
};

function placeOf(context: Place): { api: Api; at: string } {
  return { api: scoped(context), at: path`/v10/projects/${projectRef(context)}` };
}

/** The variables of the environment that belong to no branch. */
async function storedFor(context: Place): Promise<Stored[]> {
  const { api, at } = placeOf(context);
  const { envs } = await api.call<{ envs: Stored[] }>({
    method: "GET",
    path: `${at}/env`,
    query: { decrypt: true },
    signal: context.signal,
  });
  const target = remoteEnvironment(context.environment);
  return envs.filter((one) => !one.gitBranch && targetsOf(one).includes(target));
}

function targetsOf({ target }: Stored): string[] {
  return typeof target === "string" ? [target] : target;
}

/** Take a variable out of one environment, for others have it too; false when they have not. */
async function withdraw(context: Place, stored: Stored, target: string): Promise<boolean> {
  const others = targetsOf(stored).filter((one) => one !== target);
  if (others.length === 0) return false;
  const where = path`/v9/projects/${projectRef(context)}/env/${stored.id}`;
  await write(context, () => scoped(context).call({ method: "PATCH", path: where, json: { target: others } }));
  return true;
}

const writeTries = 3;

/** One write. Somebody else's at the same moment has it refused as a bad request, with no code of its own: so another try, soon. */
async function write<T>({ clock, signal }: Place, send: () => Promise<T>): Promise<T> {
  for (let tried = 1; ; tried++) {
    try {
      return await send();
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 400) throw error;
      if (error.vendor.code !== "bad_request" || tried >= writeTries) throw refusedWith(error);
      await clock.sleep(200 * tried, signal);
    }
  }
}

function refusedWith(error: ApiError): DeployError {
  const said = (error.body as Partial<Failure> | undefined)?.error;
  return said?.key || said?.envVarKey ? refused([{ error: said }]) : error;
}

function refused(failures: Failure[]): DeployError {
  return new DeployError("INVALID_VARIABLE", {
    what: `Vercel does not take ${failures.length === 1 ? "a variable" : `${failures.length} variables`}.`,
    where: "vercel: POST /v10/projects/…/env",
    next: "Give them other names or values; nothing new is live.",
    faults: failures.map(({ error }) => ({
      path: error.envVarKey ?? error.key ?? "variables",
      message: `${error.message} (${error.code})`,
    })),
    step: "configure",
  });
}
