/** What tools of earlier years need to build at all, where the project does not say it: the same project builds on the machine it was written on. */
import { existsSync, globSync } from "node:fs";
import { join } from "node:path";
import gte from "semver/functions/gte.js";
import lt from "semver/functions/lt.js";
import type { ServicePlan } from "../plan/plan.ts";
import type { NodeRuntime } from "./node.ts";
import { installedVersion } from "./stand-in.ts";

interface Lenience {
  /** A package that is installed for the service, and the first version that does not need it any more. */
  package: string;
  until?: string;
  /** Versions of Node.js it is for, from this one on. */
  node?: string;
  variable: "NODE_OPTIONS" | "CI";
  value: string;
  said: string;
}

/**
 * Sources: webpack's changelog (own md4 since 5.54.0), Next.js issue 30078 (bundles webpack; of its own hash since 12), Node.js 17's notes
 * on OpenSSL 3; the page "Advanced Configuration" of create-react-app.dev on CI.
 */
const leniences: Lenience[] = [
  ...[
    { package: "webpack", until: "5.54.0" },
    { package: "next", until: "12.0.0" },
  ].map((one) => ({
    ...one,
    node: "17.0.0",
    variable: "NODE_OPTIONS" as const,
    value: "--openssl-legacy-provider",
    said: `${one.package} before ${one.until} needs a hash that Node.js leaves out since 17`,
  })),
  {
    package: "react-scripts",
    variable: "CI",
    value: "false",
    said: "a warning does not end the build; set the build variable CI=true where it is to",
  },
];

/** Variables for the build, and in words why. After the dependencies are installed. */
export async function leniencesOf(
  { path }: Pick<ServicePlan, "path">,
  {
    root,
    node,
    declared,
  }: { root: string; node: Pick<NodeRuntime, "version">; declared: Readonly<Record<string, string>> },
): Promise<{ variables: Record<string, string>; said: string[] }> {
  const variables: Record<string, string> = {};
  const said: string[] = [];
  for (const one of leniences) {
    if (one.variable in variables || declared[one.variable]?.includes(one.value)) continue;
    if (one.variable === "CI" && declared["CI"] !== undefined) continue;
    if (one.node !== undefined && !gte(node.version, one.node)) continue;
    const { until } = one;
    const installed = await versionsOf(root, { path, name: one.package });
    if (!installed.some((version) => until === undefined || lt(version, until))) continue;
    const own = one.variable === "NODE_OPTIONS" ? declared["NODE_OPTIONS"] : undefined;
    variables[one.variable] = [own, one.value].filter(Boolean).join(" ");
    said.push(`${one.variable}=${one.value}: ${one.said}.`);
  }
  return { variables, said };
}

/** As the service finds the package, and as a package beside it has one of its own. */
async function versionsOf(root: string, { path, name }: { path: string; name: string }): Promise<string[]> {
  // The second is where pnpm keeps what only packages need.
  const places = [name, `.pnpm/node_modules/${name}`];
  for (const directory of new Set([path, "."])) {
    const packages = join(root, directory, "node_modules");
    for (const holder of globSync(["*", "@*/*"], { cwd: packages }))
      if (existsSync(join(packages, holder, "node_modules", name))) places.push(`${holder}/node_modules/${name}`);
  }
  const versions = await Promise.all(places.map((place) => installedVersion(root, path, place)));
  return versions.filter((version) => version !== undefined);
}
