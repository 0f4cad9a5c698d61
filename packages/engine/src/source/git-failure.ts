/** What git's messages mean. They are git's, in English (LC_ALL=C), and the only place where a failure of the network shows. */
import { type ErrorCode, DeployError } from "../error.ts";
import type { Secret } from "../secret.ts";

interface Meaning {
  when: RegExp;
  code: ErrorCode;
  what: string;
  next: string;
}

/** The first that matches decides. */
const meanings: Meaning[] = [
  {
    when: /Host key verification failed|REMOTE HOST IDENTIFICATION HAS CHANGED|No \S+ host key is known/i,
    code: "SOURCE_UNAVAILABLE",
    what: "The host's ssh key is not known on this machine, or is another than it was.",
    next: "Compare the key with what the host publishes, then connect once by hand: ssh -T git@<host>",
  },
  {
    when: /Permission denied \(|Too many authentication failures|no mutual signature/i,
    code: "AUTH_FAILED",
    what: "The host accepted none of the ssh keys.",
    next: "Add the key to the agent (ssh-add) and to the host, or use the https:// address.",
  },
  {
    when: /Authentication failed|HTTP Basic: Access denied|returned error: (?:401|403|407)|Invalid username or (?:password|token)/i,
    code: "AUTH_FAILED",
    what: "The host refused the credential for this repository.",
    next: "Check that the token is valid and may read the repository.",
  },
  {
    when: /could not read (?:Username|Password)|terminal prompts disabled|unable to read askpass/i,
    code: "AUTH_FAILED",
    what: "The host asks for a credential: the repository is private, or does not exist.",
    next: "Check the address. For a private repository connect the code host, or use its ssh address.",
  },
  {
    when: /unable to update url base from redirection|redirect/i,
    code: "SOURCE_UNAVAILABLE",
    what: "The host sends to another address, which is not followed.",
    next: "Give the repository's address as the host shows it for cloning.",
  },
  {
    when: /Could not resolve host|Name or service not known|Temporary failure in name resolution|nodename nor servname/i,
    code: "SOURCE_UNAVAILABLE",
    what: "The host's name cannot be resolved.",
    next: "Check the address and this machine's network.",
  },
  {
    when: /not our ref|unadvertised object|nonexistent object|couldn't find remote ref|no such remote ref|Server does not allow request/i,
    code: "NOT_FOUND",
    what: "The repository has no such commit, or does not give it.",
    next: "Check that the commit was pushed; give its full id, a branch or a tag.",
  },
  {
    when: /repository '.*' not found|Repository not found|returned error: (?:404|410)|does not appear to be a git repository|Could not find repository/i,
    code: "NOT_FOUND",
    what: "There is no repository at this address, or it is private.",
    next: "Check the address. For a private repository connect the code host, or use its ssh address.",
  },
  {
    when: /No space left on device|Disk quota exceeded/i,
    code: "DISK_FULL",
    what: "There is no space left to fetch the repository.",
    next: "Free some space, then try again.",
  },
  {
    when: /invalid path|Invalid path|disallowed .*path|refusing to (?:work|create|checkout)|hasDotgit|hasDotdot|fsck error|File name too long/i,
    code: "INVALID_SOURCE",
    what: "The repository has names that may not be written: git refused to lay out its files.",
    next: "Remove or rename the file git names.",
  },
  {
    when: /cannot run ssh|ssh: not found|ssh: No such file/i,
    code: "MISSING_TOOL",
    what: "ssh is not installed.",
    next: "Install the OpenSSH client (Debian: apt install openssh-client), or use the https:// address.",
  },
];

/** The error git's messages stand for. What cannot be told is a host that cannot be used now. */
export function gitFailure(
  stderr: string,
  { url, credential }: { url: string; credential: Secret | undefined },
): DeployError {
  const meaning = meanings.find(({ when }) => when.test(stderr));
  return new DeployError(meaning?.code ?? "SOURCE_UNAVAILABLE", {
    what: meaning?.what ?? "The repository could not be fetched.",
    where: url,
    next: meaning?.next ?? "Try again; if it goes on failing, clone the repository by hand and deploy the folder.",
    evidence: lastLines(stderr, credential),
  });
}

/** The end of what git said, without the credential in any form it could appear in. */
export function lastLines(stderr: string, credential: Secret | undefined): string[] {
  let text = stderr.replace(/(\/\/)[^/@\s]+@/g, "$1…@");
  if (credential) {
    const value = credential.open();
    const password = value.slice(value.indexOf(":") + 1);
    for (const form of [Buffer.from(value).toString("base64"), value, password, encodeURIComponent(password)])
      if (form.length > 3) text = text.replaceAll(form, "[secret]");
  }
  return text
    .split("\n")
    .map((line) => line.trim().slice(0, 500))
    .filter((line) => line !== "")
    .slice(-8);
}

export function repositoryEmpty(url: string): DeployError {
  return new DeployError("INVALID_SOURCE", {
    what: "The repository is empty: it has no commit.",
    where: url,
    next: "Push a commit, then deploy. If it has commits, this is not the address git knows it by.",
  });
}

/** NOT_FOUND with the refs whose names are nearest. */
export function refMissing(url: string, ref: string, all: string[]): DeployError {
  if (/^[0-9a-f]{4,39}$/.test(ref))
    return new DeployError("NOT_FOUND", {
      what: "There is no branch or tag of this name, and a shortened commit id may mean more than one commit.",
      where: `${url}, ref ${ref}`,
      next: "Give the commit's full id: git rev-parse shows it.",
    });
  const shown = JSON.stringify(ref.length > 120 ? `${ref.slice(0, 120)}…` : ref);
  const near = nearest(ref, all);
  return new DeployError("NOT_FOUND", {
    what: `The repository has no branch or tag ${shown}.`,
    where: url,
    next: near.length === 0 ? "Push a branch first." : `There is: ${near.join(", ")}.`,
    recovery: near.slice(0, 3).map((name) => ({
      kind: "alternative",
      label: `Deploy ${name}`,
      command: `landfall deploy ${url} --ref ${quoted(name)}`,
    })),
  });
}

/** For a command to paste: names of refs may hold what a shell would act on. */
function quoted(name: string): string {
  return /^[\w./@+-]+$/.test(name) ? name : `'${name.replaceAll("'", `'\\''`)}'`;
}

/** At most five names, the nearest first: fewest letters to change, a common beginning counting half. */
function nearest(ref: string, all: string[]): string[] {
  const lower = ref.toLowerCase();
  return [...new Set(all)]
    .slice(0, 5_000)
    .map((name) => {
      const own = name.toLowerCase();
      const contains = own.includes(lower) || lower.includes(own);
      return {
        name,
        distance: contains
          ? Math.abs(own.length - lower.length) / 4
          : editDistance(lower.slice(0, 100), own.slice(0, 100)),
      };
    })
    .sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1))
    .slice(0, 5)
    .map(({ name }) => name);
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next.push(Math.min(next[j - 1]! + 1, row[j]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    row = next;
  }
  return row[b.length]!;
}
