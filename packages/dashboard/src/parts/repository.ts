/** Pages of the hosted repository that files came from, where its address says which host it is. Read 2026-11-29. */
/** As much of a deployment as says where its files came from. */
interface Planned {
  plan: { source: { kind: string; description: string } } | null;
}

export interface Repository {
  host: string;
  commitUrl(sha: string): string;
  /** What lies between two commits. */
  compareUrl(from: string, to: string): string;
}

/** Sources: docs.github.com "Comparing commits", docs.gitlab.com "Compare revisions"; Bitbucket names the later commit first. */
const hosts: Readonly<Record<string, { commit: string; compare(from: string, to: string): string }>> = {
  "github.com": { commit: "commit", compare: (from, to) => `compare/${from}...${to}` },
  "gitlab.com": { commit: "-/commit", compare: (from, to) => `-/compare/${from}...${to}` },
  "bitbucket.org": { commit: "commits", compare: (from, to) => `branches/compare/${to}..${from}` },
};

/** Null when the files came from elsewhere, or by an address a browser cannot open. */
export function repositoryOf({ plan }: Planned): Repository | null {
  // The description of a git source begins with the address, without any password.
  const [, host, path] = /^https:\/\/([\w.-]+)\/([\w./~-]+)/.exec(plan?.source.description ?? "") ?? [];
  const known = host === undefined ? undefined : hosts[host];
  if (plan?.source.kind !== "git" || known === undefined) return null;
  const address = `https://${host}/${path!.replace(/\/$/, "").replace(/\.git$/, "")}`;
  return {
    host: host!,
    commitUrl: (sha) => `${address}/${known.commit}/${sha}`,
    compareUrl: (from, to) => `${address}/${known.compare(from, to)}`,
  };
}

/** Whether both are of one. */
export function sharedRepository(one: Planned, other: Planned): Repository | null {
  const [here, there] = [repositoryOf(one), repositoryOf(other)];
  return here?.commitUrl("") === there?.commitUrl("") ? here : null;
}
