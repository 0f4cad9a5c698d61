/** Deployments in words, and the small things said of them in more than one place. */
import { CopyButton, type Deployment, NewTab } from "@landfall/react";
import { ExternalLink, GitBranch, GitCommitHorizontal } from "lucide-react";
import type { Repository } from "./repository.ts";

/** "1 file", "3 files". */
export function counted(count: number, noun: string): string {
  return `${count.toLocaleString()} ${noun}${count === 1 ? "" : "s"}`;
}

/** Text without what terminals take for commands. */
export function plainText(line: string): string {
  // oxlint-disable-next-line no-control-regex -- control sequences are what is looked for
  return line.replaceAll(/\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|.)/g, "");
}

/** The address of a site: to open, to copy. */
export function SiteUrl({ url, isLarge = false }: { url: string; isLarge?: boolean }) {
  return (
    <span className="lf:flex lf:min-w-0 lf:flex-wrap lf:items-center lf:gap-1">
      <a
        href={url}
        target="_blank"
        rel="noreferrer"
        className={`lf:inline-flex lf:min-h-6 lf:min-w-0 lf:items-center lf:gap-1 lf:break-all ${isLarge ? "lf:text-lg lf:font-medium" : ""}`}
      >
        {url.replace(/^https?:\/\//, "").replace(/\/$/, "")}
        <ExternalLink aria-hidden size={14} className="lf:shrink-0" />
        <NewTab />
      </a>
      <CopyButton text={url} label="Copy address" />
    </span>
  );
}

/** The short one; a link to the commit where its repository is known. */
export function CommitHash({ sha, repository }: { sha: string; repository: Repository | null }) {
  const short = sha.slice(0, 7);
  return repository === null ? (
    <span className="lf:font-mono lf:text-xs" title={sha}>
      {short}
    </span>
  ) : (
    <a
      href={repository.commitUrl(sha)}
      target="_blank"
      rel="noreferrer"
      title={sha}
      className="lf:inline-flex lf:min-h-6 lf:items-center lf:font-mono lf:text-xs"
    >
      {short}
      <span className="lf:sr-only">, on {repository.host}</span>
      <NewTab />
    </a>
  );
}

/** Short hash, branch, author; its message is what the deployment is called by. */
export function CommitLine({
  commit,
  repository = null,
}: {
  commit: NonNullable<Deployment["commit"]>;
  repository?: Repository | null;
}) {
  return (
    <span className="lf:inline-flex lf:min-w-0 lf:flex-wrap lf:items-center lf:gap-x-2">
      <span className="lf:inline-flex lf:items-center lf:gap-1">
        <GitCommitHorizontal aria-hidden size={14} />
        <CommitHash sha={commit.sha} repository={repository} />
      </span>
      {commit.branch === null ? null : (
        <span className="lf:inline-flex lf:min-w-0 lf:items-center lf:gap-1 lf:font-mono lf:text-xs lf:break-all">
          <GitBranch aria-hidden size={14} className="lf:shrink-0" />
          <bdi title={commit.branch} className="lf:line-clamp-2">
            {commit.branch}
          </bdi>
        </span>
      )}
      {commit.author === null ? null : <span className="lf:text-muted">by {commit.author}</span>}
    </span>
  );
}
