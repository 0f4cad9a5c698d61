/** How a service of a release is run on this machine: program, arguments, directory, environment. */
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expandCommand } from "../../process/command.ts";
import type { ServicePlan } from "../../plan/plan.ts";
import type { Release } from "../../platform.ts";

/** Id of the process of a service of a release: the same after every restart of ours, so it is started once and found again. */
export function instanceId(releaseId: string, service: string): string {
  return `${releaseId}.${service}`;
}

/** Where a server runs from: a directory of this release alone, so that what it writes there touches no other. */
export function releaseDirectory(home: string, releaseId: string, service: string): string {
  return join(home, "releases", instanceId(releaseId, service));
}

/** In it, what the programs of a release are run with: links to the node, bun or deno it was made for. */
export function runtimeDirectory(root: string): string {
  return join(root, ".landfall", "bin");
}

/** Where programs write what they print. */
export function programLogs(home: string): string {
  return join(home, "logs", "run");
}

export interface Program {
  id: string;
  release: string;
  cwd: string;
  /** Everything the program gets when it has this port; PORT is added. */
  env(port: number): Record<string, string>;
  /** The argument list for a given environment: `$PORT` is filled in. */
  argv(env: Record<string, string>): string[];
}

/** What a program of the project gets: its variables over our defaults, but for what makes it findable. Nothing of our own environment. */
export function programEnvironment({
  root,
  plan,
  variables,
  toolPath,
}: {
  root: string;
  plan: ServicePlan;
  variables: Record<string, string>;
  toolPath: string[];
}): Record<string, string> {
  const bins = [plan.path, "."].map((path) => join(root, path, "node_modules", ".bin"));
  return {
    NODE_ENV: "production",
    PATH: [...new Set(bins), join(root, plan.path, ".venv", "bin"), runtimeDirectory(root), ...toolPath].join(
      delimiter,
    ),
    HOME: root,
    LANG: "C.UTF-8",
    TMPDIR: join(root, ".tmp"),
    HOST: "127.0.0.1",
    HOSTNAME: "127.0.0.1",
    ...behindEdge[plan.framework ?? ""]?.(plan.hosts),
    ...variables,
  };
}

/**
 * What makes a framework believe the edge about the address people use, by the names it is served at. By itself SvelteKit takes every address
 * for one of https and refuses forms sent from this one, and Angular refuses every name. The edge passes on no name but these.
 * Sources: https://svelte.dev/docs/kit/adapter-node#Environment-variables, https://angular.dev/best-practices/security
 */
const behindEdge: Readonly<Record<string, (hosts: readonly string[]) => Record<string, string>>> = {
  sveltekit: () => ({ PROTOCOL_HEADER: "x-forwarded-proto", HOST_HEADER: "x-forwarded-host" }),
  angular: (hosts) => ({
    NG_ALLOWED_HOSTS: [...hosts, "localhost", "127.0.0.1"].join(","),
    NG_TRUST_PROXY_HEADERS: "x-forwarded-for,x-forwarded-host,x-forwarded-proto",
  }),
};

/**
 * What takes a program to the port it is given where another is written in it: something loaded before it that is asked where it listens,
 * or what its runtime reads. Other programs have to read PORT.
 */
function toGivenPort(
  { runtime, kind, port }: ServicePlan,
  env: Record<string, string>,
  given: number,
): Record<string, string> {
  if (kind !== "server" || port === undefined) return {};
  const directory = fileURLToPath(new URL("./given-port", import.meta.url));
  const before = (own: string | undefined): string[] => (own === undefined || own === "" ? [] : [own]);
  const written = { LANDFALL_WRITTEN_PORT: String(port) };
  switch (runtime) {
    case "python":
      return { ...written, PYTHONPATH: [directory, ...before(env["PYTHONPATH"])].join(delimiter) };
    case "bun":
      return {
        ...written,
        BUN_OPTIONS: [quoted(`--preload=${join(directory, "bun.cjs")}`), ...before(env["BUN_OPTIONS"])].join(" "),
      };
    case "node":
      return {
        ...written,
        NODE_OPTIONS: [`--require=${quoted(join(directory, "node.cjs"))}`, ...before(env["NODE_OPTIONS"])].join(" "),
      };
    case "deno":
      // Source: https://docs.deno.com/runtime/reference/env_variables/
      return { DENO_SERVE_ADDRESS: `tcp:127.0.0.1:${given}` };
    default:
      return {};
  }
}

/** As Node and Bun read it, and only where it must be: frameworks take this text apart at its spaces. Source: https://nodejs.org/api/cli.html#node_optionsoptions */
function quoted(text: string): string {
  return /[\s"\\]/.test(text) ? `"${text.replaceAll(/["\\]/g, "\\$&")}"` : text;
}

interface OfRelease {
  home: string;
  release: Release;
  service: string;
  toolPath: string[];
}

/** Where a service of a release runs, and with which variables, whatever port it is given. */
export function surroundingsOf({ home, release, service, toolPath }: OfRelease): {
  cwd: string;
  env: Record<string, string>;
} {
  const { plan, variables } = release.services.find((one) => one.plan.name === service)!;
  const root = releaseDirectory(home, release.id, service);
  return {
    cwd: join(root, plan.path, plan.start?.cwd ?? "."),
    env: {
      ...programEnvironment({ root, plan, variables, toolPath }),
      ...plan.start?.env,
      LANDFALL_RELEASE: release.id,
    },
  };
}

/** The process of a service of a release. */
export function programOf(of: OfRelease): Program {
  const { release, service } = of;
  const { plan } = release.services.find((one) => one.plan.name === service)!;
  const { cwd, env } = surroundingsOf(of);
  return {
    id: instanceId(release.id, service),
    release: release.id,
    cwd,
    env: (port) => ({ ...env, ...toGivenPort(plan, env, port) }),
    argv: (full) => expandCommand(plan.start!, full).argv,
  };
}
