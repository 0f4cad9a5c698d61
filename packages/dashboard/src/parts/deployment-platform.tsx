/** A platform as people call it. */
import { useAsk } from "../ask.ts";

/** Its id until the server has said more. */
export function usePlatformName(id: string): string {
  const { data } = useAsk(["platforms"], (client, signal) => client.platforms.list({}, { signal }));
  return data?.platforms.find((one) => one.id === id)?.name ?? id;
}
