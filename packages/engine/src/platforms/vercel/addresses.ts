/** Where a deployment on Vercel is reached: which of its many hosts is the one people use. */
import type { DeployContext, DeployedService, ReleaseService } from "../../platform.ts";
import { remoteEnvironment } from "./api.ts";

/** What is kept of a deployment that is ready. */
export interface Ready {
  id: string;
  /** Hosts, as the deployment has them. */
  own: string;
  aliases: string[];
  isProduction: boolean;
  /** Last part of names Vercel makes for the account itself. */
  scope: string | null;
}

/** The deployment as people reach it. */
export async function told(context: DeployContext, { plan }: ReleaseService, ready: Ready): Promise<DeployedService> {
  const { environment } = context;
  if (ready.isProduction && remoteEnvironment(environment) === "preview")
    await context.note(
      `Vercel makes the first deployment of a project its production, whatever was asked for: ${environment} is live there. The next preview will be one.`,
    );
  const { own, aliases, id } = ready;
  const best = ready.isProduction ? productionHost(ready) : branchHost(aliases, environment);
  const host = best ?? own;
  const others = ready.isProduction ? [...aliases.filter((one) => one !== host && !isVercels(one)), own] : [own];
  return {
    name: plan.name,
    url: `https://${host}`,
    alsoAt: others.filter((one) => one !== host).map((one) => `https://${one}`),
    remoteId: id,
    ...(ready.isProduction && best ? {} : { protected: true }),
  };
}

export const siteDomain = "vercel.app";

function isVercels(host: string): boolean {
  return host.endsWith(`.${siteDomain}`);
}

/**
 * The project's own name under vercel.app. A domain of the person's may not point here yet; it is named beside it. Names that end in the
 * account's are Vercel's second ones, which may be behind a login.
 */
function productionHost({ aliases, scope }: Ready): string | null {
  const theirs = aliases.filter(isVercels);
  const plain = theirs.filter((host) => scope === null || !host.endsWith(`-${scope}.${siteDomain}`));
  const [shortest] = (plain.length > 0 ? plain : theirs).sort((a, b) => a.length - b.length);
  return shortest ?? null;
}

/** The address of the branch, which later previews of the environment keep. Others belong to whoever deploys. */
export function branchHost(aliases: string[], environment: string): string | null {
  return aliases.find((host) => host.includes(`-git-${environment}-`)) ?? null;
}
