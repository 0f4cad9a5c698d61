/** What a service is to be when the platform gets it (built pages, a built server, or the source of one the platform builds itself), and the way there. */
import type { ArtifactKind } from "../artifact.ts";
import { DeployError } from "../error.ts";
import type { FrameworkWay, Platform } from "../platform.ts";
import type { RouteStep, ServicePlan } from "./plan.ts";

/** What a kind of service is, once built. */
const artifactOf: Record<ServicePlan["kind"], ArtifactKind> = {
  static: "files",
  server: "prebuilt",
  worker: "prebuilt",
  container: "image",
};

export interface Asked {
  platform: Platform;
  kind: ServicePlan["kind"];
  framework: string | undefined;
  /** The service in words, to begin a sentence. */
  where: string;
  /** Whether there is such a file, or a file below such a folder (with a slash at the end), in the service's directory. */
  has(path: string): boolean;
  dependencies: ReadonlySet<string>;
}

export interface Accepted {
  accepts: ArtifactKind;
  /** The framework's way to the platform, when the platform has one for it. */
  way?: FrameworkWay;
}

/** Throws NO_ROUTE: the platform does not run such a server, or needs a package for it that is not there. */
export function acceptedFor({ platform, kind, framework, where, has, dependencies }: Asked): Accepted {
  const { frameworks, builtThere = [], name } = platform;
  const way = frameworks?.find((one) => one.framework === framework && !(kind === "server" && one.pagesOnly));
  if (kind === "static") {
    const isBuiltThere = platform.accepts.includes("source") && builtThere.some(has);
    return isBuiltThere ? { accepts: "source", ...(way ? { way } : {}) } : { accepts: "files" };
  }
  if (kind !== "server" || !frameworks) return { accepts: artifactOf[kind] };
  const servers = frameworks.filter((one) => !one.pagesOnly).map((one) => one.framework);
  if (!way)
    throw new DeployError("NO_ROUTE", {
      what: `${where} is a server${framework ? ` (${framework})` : ""}, and ${name} runs servers of these frameworks only: ${servers.join(", ")}.`,
      next: "Choose another platform with --platform.",
    });
  if (way.adapters && !way.adapters.some((one) => dependencies.has(one)))
    throw new DeployError("NO_ROUTE", {
      what: `${where} uses ${framework}, and ${name} runs its server only with one of: ${way.adapters.join(", ")}.`,
      next: `Add ${way.adapters[0]} to the project and its configuration, or choose another platform with --platform.`,
    });
  return { accepts: way.accepts, way };
}

/** How a source becomes what platforms take. A new platform adds nothing here: it says what it accepts. */
const conversions: RouteStep[] = [
  { from: "source", to: "files", by: "build" },
  { from: "source", to: "prebuilt", by: "build" },
  { from: "source", to: "source", by: "as-is" },
];

/** The way from the source to what the platform is to get. Throws NO_ROUTE. */
export function routeTo(platform: Platform, wanted: ArtifactKind): RouteStep[] {
  const direct = conversions.find((one) => one.to === wanted);
  if (direct && platform.accepts.includes(wanted)) return [{ ...direct }];
  throw new DeployError("NO_ROUTE", {
    what: `${platform.name} takes ${platform.accepts.join(", ")}; this would be ${wanted}.`,
    next: "Choose another platform with --platform.",
  });
}
