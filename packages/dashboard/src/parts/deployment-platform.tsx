/** A platform as people call it. */
import { useAsk } from "../ask.ts";

/** "This machine" of the engine is another one to whoever reads it in a browser. */
const ownName = "This server";

export function platformName({ id, name }: { id: string; name: string }): string {
  return id === "local" ? ownName : name;
}

/** As it stands inside a sentence. */
export function inSentence(name: string): string {
  return name === ownName ? "this server" : name;
}

/** Says the id until the server has said more. */
export function usePlatformNames(): (id: string) => string {
  const { data } = useAsk(["platforms"], (client, signal) => client.platforms.list({}, { signal }));
  return (id) => {
    const known = data?.platforms.find((one) => one.id === id);
    return platformName(known ?? { id, name: id });
  };
}

export function usePlatformName(id: string): string {
  return usePlatformNames()(id);
}
