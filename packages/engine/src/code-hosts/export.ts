/**
 * Files pushed to a repository that is named, and made when it is not there. What can be wrong is found before one is made; one that was made
 * stays when the push fails, and is used by whoever asks again.
 */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "../clock.ts";
import type { PlatformAccess } from "../connections/access.ts";
import type { Credential } from "../connections/credential.ts";
import { DeployError } from "../error.ts";
import { ApiError } from "../http/api-error.ts";
import { withoutSecrets } from "../redact/without-secrets.ts";
import { checkBranch, type GitExport, type GitExported, nothingToPush, pushFiles } from "../sandboxes/export-git.ts";
import { secret } from "../secret.ts";
import { walk } from "../snapshot/walk.ts";
import type { CodeHost, HostContext, Repository, Wanted } from "./code-host.ts";
import { hostAddress, openHost } from "./code-host.ts";

export interface HostExport extends Wanted, Pick<GitExport, "branch" | "message" | "author" | "signal"> {
  /** How git gets to an address; throws where it may not go. Asked of the host's API before anything else. */
  wayTo?(url: string): Promise<{ proxy?: string }>;
}

export interface HostExported extends GitExported {
  /** False when it was there already. */
  created: boolean;
  /** `owner/name`, as the host has them. */
  repository: string;
  /** Its page. */
  url: string;
  private: boolean;
}

interface Place {
  access: PlatformAccess | undefined;
  credential: Credential;
  clock: Clock;
  files: string;
  scratch: string;
  toolPath: string[];
}

/** A repository that was just made is not known to git at once: tried again after so long each, 10 s in all. */
const untilKnownMs = [250, 500, 1_000, 2_000, 3_000, 3_250];
const mostFiles = 200_000;

/** Throws what the host refuses in words of the table, and what pushing throws. `scratch` is empty and ours; it is removed by the caller. */
export async function exportTo(host: CodeHost, asked: HostExport, place: Place): Promise<HostExported> {
  const { credential } = place;
  checkBranch(asked.branch);
  await asked.wayTo?.(hostAddress(host, place.access));
  const token = await credential.current();
  try {
    return await exported(host, asked, place);
  } catch (error) {
    throw withoutSecrets(error, [token.open(), (await credential.current()).open()]);
  }
}

async function exported(host: CodeHost, asked: HostExport, place: Place): Promise<HostExported> {
  const signal = asked.signal ?? new AbortController().signal;
  await using api = openHost(host, place);
  const found = await findOrCreate(host, { asked, files: place.files, context: { api, signal } });
  const { repository, created } = found;
  if (repository.closed) {
    const { code, ...text } = repository.closed;
    throw new DeployError(code, { ...text, where: repository.url });
  }
  if (asked.private === true && !repository.private)
    throw new DeployError("CONFLICT", {
      what: `The repository ${repository.fullName} is there and public, and a private one was asked for.`,
      where: repository.url,
      next: "Make it private there, give another name, or leave `private` out to use it as it is.",
    });
  const done = await push(host, found, { asked, place });
  return {
    ...done,
    created,
    repository: repository.fullName,
    url: repository.url,
    private: repository.private,
  };
}

interface Found {
  repository: Repository;
  created: boolean;
}

async function findOrCreate(
  host: CodeHost,
  { asked, files, context }: { asked: HostExport; files: string; context: HostContext },
): Promise<Found> {
  const where = await host.place(context, asked);
  const there = await host.find(context, where);
  if (there) return { repository: there, created: false };
  const { isEmpty, workflows } = await contentsOf(files, context.signal);
  if (isEmpty) throw nothingToPush();
  try {
    return { repository: await host.create(context, where, { ...asked, workflows }), created: true };
  } catch (error) {
    // Whether it was made is not known, or somebody was faster: looking tells.
    const isLost = error instanceof ApiError && error.lost;
    const isTaken = error instanceof DeployError && error.code === "PROJECT_NAME_TAKEN";
    const now = isLost || isTaken ? await host.find(context, where) : null;
    if (now === null) throw error;
    return { repository: now, created: isLost };
  }
}

async function contentsOf(
  files: string,
  signal: AbortSignal | undefined,
): Promise<{ isEmpty: boolean; workflows: boolean }> {
  const found = await walk(files, { prebuilt: false, mostFiles, ...(signal ? { signal } : {}) });
  const paths = [...found.files.map(({ path }) => path), ...found.links.keys()];
  return { isEmpty: paths.length === 0, workflows: paths.some((path) => path.startsWith(".github/workflows/")) };
}

async function push(
  host: CodeHost,
  { repository, created }: Found,
  { asked, place }: { asked: HostExport; place: Place },
): Promise<GitExported> {
  const { branch, message, author, signal } = asked;
  const { files, scratch, toolPath, credential, clock } = place;
  const way = (await asked.wayTo?.(repository.gitUrl)) ?? {};
  for (let tried = 0; ; tried++) {
    const own = join(scratch, `push-${tried}`);
    await mkdir(own, { mode: 0o700 });
    try {
      return await pushFiles(
        {
          url: repository.gitUrl,
          credential: secret(`${host.gitUser}:${(await credential.current()).open()}`),
          ...way,
          ...(branch === undefined ? {} : { branch }),
          ...(message === undefined ? {} : { message }),
          ...(author === undefined ? {} : { author }),
        },
        { files, scratch: own, toolPath, ...(signal ? { signal } : {}) },
      );
    } catch (error) {
      if (!created || !(error instanceof DeployError)) throw error;
      const waitMs = error.code === "NOT_FOUND" ? untilKnownMs[tried] : undefined;
      if (waitMs === undefined) throw madeButEmpty(host, repository, error);
      await clock.sleep(waitMs, signal);
    }
  }
}

/** The error, and what is there all the same. */
function madeButEmpty({ name }: CodeHost, { fullName }: Repository, error: DeployError): DeployError {
  const again = "Asking again uses it.";
  const made = `The repository ${fullName} was made and is empty.`;
  if (error.code === "NOT_FOUND")
    return new DeployError("PLATFORM_UNAVAILABLE", {
      ...error.text,
      what: `${made} ${name} does not let git find it yet.`,
      next: `Export again in a minute. ${again}`,
    });
  const { what, next } = error.text;
  return new DeployError(
    error.code,
    { ...error.text, what: `${what} ${made}`, next: next === undefined ? again : `${next} ${again}` },
    { cause: error },
  );
}
