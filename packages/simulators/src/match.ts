/** Requests told apart: by method, and by path. */
import { pattern } from "./route.ts";

/** Which requests: by method, and by path as a pattern (`/sites/:site`) or an expression. */
export interface RequestMatch {
  method?: string;
  path?: string | RegExp;
}

/** A test of method and path; everything left out matches. */
export function matcher({ method, path }: RequestMatch): (request: { method: string; path: string }) => boolean {
  const onPath = typeof path === "string" ? pattern(path) : path && ((text: string) => text.search(path) >= 0);
  return (request) => (method === undefined || method === request.method) && (!onPath || Boolean(onPath(request.path)));
}
