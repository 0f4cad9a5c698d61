/** What a platform can do, told from the operations it has. */
import type { Platform } from "../platform.ts";

/** On this machine the engine itself keeps variables, logs and releases; elsewhere the operation must be there. */
const isHere = ({ baseUrl }: Platform): boolean => baseUrl === undefined;

/** In the order they are listed. */
export const abilities: Record<string, (platform: Platform) => boolean> = {
  rollback: ({ rollback }) => rollback !== undefined,
  logs: (platform) => isHere(platform) || platform.logs !== undefined,
  variables: (platform) => isHere(platform) || platform.variables !== undefined,
  domains: ({ domains }) => domains !== undefined,
  webhooks: ({ webhooks }) => webhooks !== undefined,
};

export interface PlatformRow {
  id: string;
  name: string;
  takes: readonly string[];
  runs: readonly string[];
  /** Environment variable with a token; null when no account is needed. */
  token: string | null;
  can: string[];
}

export function rowOf(platform: Platform): PlatformRow {
  return {
    id: platform.id,
    name: platform.name,
    takes: platform.accepts,
    runs: platform.runs,
    token: platform.connect?.flatMap((way) => (way.kind === "token" ? way.env : []))[0] ?? null,
    can: Object.keys(abilities).filter((name) => abilities[name]!(platform)),
  };
}
