/** Where the Deploy button can go: what it offers, what it takes when nothing is chosen, how much is under way. */
import { type DeploymentState, isSettled, type LandfallClient } from "../types.ts";

export type Target = Awaited<ReturnType<LandfallClient["targets"]["list"]>>["targets"][number];

/** A place to deploy to. */
export interface Choice {
  platform: string;
  name: string;
  /** Id of the connection; null where none is needed. */
  connection: string | null;
  /** Why it cannot be used now. */
  unavailable: string | null;
}

/** Targets as choices: of the platforms `offered`, in their order; default: all. Those without an account say so. */
export function choicesOf(
  targets: readonly Target[],
  offered: readonly string[] | undefined,
  names: ReadonlyMap<string, string> = new Map(),
): Choice[] {
  const all = targets.map(({ platform, name, connection, fault }) => ({
    platform,
    name,
    connection,
    unavailable: fault,
  }));
  if (offered === undefined) return all;
  return offered.flatMap((platform) => {
    const there = all.filter((choice) => choice.platform === platform);
    if (there.length > 0) return there;
    const name = names.get(platform) ?? platform;
    return [{ platform, name, connection: null, unavailable: `No account of ${name} is connected` }];
  });
}

/** Where the main part goes: the project's last platform, else the server's own machine, else the first that can be used. */
export function defaultOf(choices: readonly Choice[], lastPlatform: string | null): Choice | null {
  const usable = choices.filter(({ unavailable }) => unavailable === null);
  return (
    usable.find(({ platform }) => platform === lastPlatform) ??
    usable.find(({ connection }) => connection === null) ??
    usable[0] ??
    null
  );
}

/** How many deployments are under way. */
export function activeIn(states: ReadonlyMap<string, DeploymentState>): number {
  return [...states.values()].filter((state) => !isSettled(state)).length;
}
