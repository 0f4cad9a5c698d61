/** Where a project that is there goes when nobody says otherwise: by its settings, or as last time. */
import { type Answer, useAsk } from "../../ask.ts";

export interface OwnPlace {
  /** Id of the saved target its settings name, which says the platform too. */
  saved: string | null;
  /** Of its settings, else of the last deployment that succeeded; null before the first. */
  platform: string | null;
  name: string;
}

/** Null for a project that is to be made. */
export function useOwnPlace(project: string | null): Answer<OwnPlace | null> {
  return useAsk(["own-place", project], async (client, signal) => {
    if (project === null) return null;
    const [{ settings }, { deployments }, { platforms }] = await Promise.all([
      client.projects.settings.get({ project }, { signal }),
      client.deployments.list({ project, state: "success", limit: 1 }, { signal }),
      client.platforms.list({}, { signal }),
    ]);
    if (settings.savedTarget !== undefined)
      return { saved: settings.savedTarget, platform: null, name: "the target its settings name" };
    const platform = settings.platform ?? deployments[0]?.platform ?? null;
    const known = platforms.find(({ id }) => id === platform);
    return { saved: null, platform, name: known === undefined || known.id === "local" ? "this server" : known.name };
  });
}
