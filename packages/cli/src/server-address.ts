/** Where a server of this machine listens, and where people reach it: of `landfall serve`, and of what is made for its people beside it. */
import { DeployError } from "@landfall/engine/error";
import type { World } from "./world.ts";

export const usualPort = "8400";
export const usualHost = "127.0.0.1";

/** An address without a path. */
export function isPublicUrl(text: string): boolean {
  return /^https?:\/\/[^/\s]+\/?$/.test(text);
}

/** As it is asked for, else LANDFALL_PUBLIC_URL, else where it listens. Throws INVALID_CONFIG. */
export function publicUrlFrom(env: World["env"], asked: string | undefined): string {
  const host = env["LANDFALL_API_HOST"] || usualHost;
  const listens = `http://${host.includes(":") ? `[${host}]` : host}:${env["LANDFALL_API_PORT"] || usualPort}`;
  const url = asked ?? (env["LANDFALL_PUBLIC_URL"] || listens);
  if (isPublicUrl(url)) return new URL(url).origin;
  throw new DeployError("INVALID_CONFIG", {
    what: "This is no address of a server.",
    where: "--url",
    next: "Give an address without a path, such as https://landfall.example.com.",
  });
}
