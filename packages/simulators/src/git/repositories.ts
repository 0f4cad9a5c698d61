/** Repositories of a simulated vendor: on disk, each with the hook by which vendors refuse pushes, and asked for over smart HTTP. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Answer, SimulatedRequest } from "../definition.ts";
import { askGit, makeBare } from "./backend.ts";

/** Refuses workflows while `SIMULATED_NO_WORKFLOW` holds what the vendor says of them. It reads nothing but object names. */
const hook = `#!/bin/sh
[ -n "$SIMULATED_NO_WORKFLOW" ] || exit 0
while read -r old new ref; do
  if git ls-tree -r --name-only "$new" | grep -q '^\\.github/workflows/'; then
    echo "$SIMULATED_NO_WORKFLOW" >&2
    exit 1
  fi
done
`;

/** A directory of a simulator's own. */
export function openShelf(): string {
  return mkdtempSync(join(tmpdir(), "landfall-simulated-git-"));
}

export function clearShelf(shelf: string): void {
  rmSync(shelf, { recursive: true, force: true, maxRetries: 3 });
}

/** The bare repository of this id, made; answers where it is. */
export function putOnShelf(shelf: string, id: number): string {
  const bare = makeBare(shelf, `${id}.git`);
  const path = join(bare, "hooks", "pre-receive");
  writeFileSync(path, hook);
  chmodSync(path, 0o755);
  return bare;
}

/** What git asks of the repository of this id: `service` is what follows the repository in the path. */
export async function serveGit(
  shelf: string,
  request: SimulatedRequest,
  asked: { id: number; service: string; user: string | null; environment?: Record<string, string> },
): Promise<Answer> {
  const { id, service, user, environment = {} } = asked;
  return askGit({
    directory: shelf,
    method: request.method,
    path: `/${id}.git/${service}`,
    query: request.query.toString(),
    // Its length as it has arrived: git sends large ones in chunks, which are together by now.
    headers: { ...request.headers, "content-length": String(request.body.length) },
    body: request.body,
    user,
    environment,
  });
}

/** User and password of a request of git's; null without any. */
export function basicOf({ headers }: SimulatedRequest): { user: string; password: string } | null {
  const encoded = /^Basic (.+)$/.exec(headers["authorization"] ?? "")?.[1];
  if (encoded === undefined) return null;
  const [user = "", ...rest] = Buffer.from(encoded, "base64").toString().split(":");
  return { user, password: rest.join(":") };
}

/** As git is asked for a password. */
export const askPassword: Answer = {
  status: 401,
  headers: { "www-authenticate": 'Basic realm="git"' },
  body: "Authentication is needed.",
};

/** What hosts say of a repository that is not there, or is hidden: git prints it as it is. */
export function noRepository(words: string): Answer {
  return { status: 404, headers: { "content-type": "text/plain" }, body: words };
}

/** An id that follows from a name. */
export function numberOf(name: string): number {
  return Buffer.from(name).reduce((sum, byte) => (sum * 31 + byte) % 1_000_003, 7);
}
