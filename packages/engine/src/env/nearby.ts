/** Addresses that only mean something where their author wrote them: of the machine itself, or of a program of the compose file beside. */
import { composeServices } from "../detect/languages/docker.ts";
import type { Project } from "../detect/reading.ts";

/** `Host=store;Port=5432`, `Server=(localdb)\\Shop`. */
const inConnection = /(?:^|;)\s*(?:Host|Server|Data ?Source|Addr(?:ess)?)\s*=\s*(?:tcp:)?([^;,:\\]{1,100})/i;
/** `jdbc:mysql://localhost:3306/shop`. */
const inAddress = /:\/\/(?:[^@/\s]{1,200}@)?([^@:/,?\s]{1,100})/;
const bare = /^([\w.-]{1,100})(:\d+)?(?:,|$)/;
const here = /^(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\.|\(local\)|\(localdb\)|host\.docker\.internal)$/i;
const namesHost = /(?:host|hostname|server|broker)$/i;

/** Whether what stands under `key` is such an address; `names` are those of the programs beside. */
export function isNearby(key: string, value: string, names: () => ReadonlySet<string>): boolean {
  const written = inConnection.exec(value)?.[1] ?? inAddress.exec(value)?.[1];
  const [, alone, port] = written === undefined ? (bare.exec(value) ?? []) : [];
  const host = (written ?? alone)?.trim();
  if (host === undefined) return false;
  if (here.test(host)) return true;
  // One word may be anything: the name of a queue, or of a user.
  return (alone === undefined || port !== undefined || namesHost.test(key)) && names().has(host);
}

/** Names of the programs of compose files in the folders of `paths` and above, looked for when they are first asked for. */
export function programsBeside(project: Project, paths: readonly string[]): () => ReadonlySet<string> {
  let names: ReadonlySet<string> | undefined;
  return () => (names ??= namesAround(project, paths));
}

function namesAround(project: Project, paths: readonly string[]): ReadonlySet<string> {
  const folders = new Set(["."]);
  for (const path of paths)
    for (let at = path.lastIndexOf("/"); at > 0; at = path.lastIndexOf("/", at - 1)) folders.add(path.slice(0, at));
  return new Set(
    [...folders].flatMap((folder) => composeServices(project, folder)?.services.map(({ name }) => name) ?? []),
  );
}
