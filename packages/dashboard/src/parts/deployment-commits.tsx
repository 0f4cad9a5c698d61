/** The commits between two deployments. */
import { Button, type LandfallClient, NewTab, RelativeTime } from "@landfall/react";
import { ExternalLink } from "lucide-react";
import { useState } from "react";
import { CommitHash, counted } from "./deployment-words.tsx";
import type { Repository } from "./repository.ts";

type Comparison = Awaited<ReturnType<LandfallClient["deployments"]["compare"]>>;
type Commit = Comparison["to"]["commit"];
type Between = NonNullable<Comparison["commits"]>;

interface CommitChangesProps {
  from: Commit;
  to: Commit;
  /** Null where the server did not look: the host of the repository shows the list. */
  between: Comparison["commits"];
  repository: Repository | null;
}

export function CommitChanges({ from, to, between, repository }: CommitChangesProps) {
  if (from !== null && from.sha === to?.sha) return "The same commit.";
  return (
    <>
      <p className="lf:flex lf:flex-wrap lf:items-baseline lf:gap-x-2">
        <span>
          From <CommitId commit={from} repository={repository} /> to <CommitId commit={to} repository={repository} />
        </span>
        {repository === null || from === null || to === null ? null : (
          <a
            href={repository.compareUrl(from.sha, to.sha)}
            target="_blank"
            rel="noreferrer"
            className="lf:inline-flex lf:min-h-6 lf:items-center lf:gap-1"
          >
            What lies between, on {repository.host}
            <ExternalLink aria-hidden size={13} className="lf:shrink-0" />
            <NewTab />
          </a>
        )}
      </p>
      {between === null ? null : between.reason === null ? (
        <CommitList between={between} repository={repository} />
      ) : (
        <p className="lf:mt-1 lf:text-muted">The commits between are not listed. {between.reason}</p>
      )}
    </>
  );
}

/** Of the commits, and of those that the other side has alone. */
const words: Record<Between["direction"], { one: string; other: string }> = {
  forward: { one: "new", other: "in it no longer: of another branch, or of a history that was rewritten" },
  back: { one: "taken back", other: "in it again" },
};
const shownAtFirst = 10;
/** Of more, nobody counts. */
const counting = 1_000;

function CommitList({ between, repository }: { between: Between; repository: Repository | null }) {
  const { commits, total, dropped, direction } = between;
  const [isWhole, setWhole] = useState(false);
  const shown = isWhole ? commits : commits.slice(0, shownAtFirst);
  const { one, other } = words[direction];
  return (
    <>
      <p className="lf:mt-1">
        {total === 0 ? "No commit is" : `${numbered(total)} ${total === 1 ? "is" : "are"}`} {one}.
        {dropped === 0 ? null : ` ${numbered(dropped)} ${dropped === 1 ? "is" : "are"} ${other}.`}
      </p>
      {shown.length === 0 ? null : (
        <ul aria-label="Commits" className="lf:mt-2 lf:divide-y lf:divide-line lf:border-y lf:border-line">
          {shown.map(({ sha, message, author, at }) => (
            <li key={sha} className="lf:flex lf:flex-wrap lf:items-baseline lf:gap-x-3 lf:py-1.5 lf:@lg:flex-nowrap">
              <CommitHash sha={sha} repository={repository} />
              {/* Of a direction of its own: what is written in it turns nothing around it. */}
              <bdi className="lf:min-w-0 lf:grow lf:basis-48 lf:break-words">{message || "No message"}</bdi>
              <span className="lf:shrink-0 lf:text-xs lf:text-muted">
                {author === null ? null : <bdi>{author}</bdi>}
                {author === null || at === null ? null : ", "}
                {at === null ? null : <RelativeTime at={at} />}
              </span>
            </li>
          ))}
        </ul>
      )}
      {shown.length < commits.length ? (
        <div className="lf:mt-2">
          <Button onClick={() => setWhole(true)}>Show {commits.length - shown.length} more</Button>
        </div>
      ) : total > commits.length ? (
        <p className="lf:mt-2 lf:text-muted">
          and {(total - commits.length).toLocaleString()} {total >= counting ? "or more" : "more"}
        </p>
      ) : null}
    </>
  );
}

const numbered = (count: number): string =>
  count >= counting ? `At least ${counted(count, "commit")}` : counted(count, "commit");

function CommitId({ commit, repository }: { commit: Commit; repository: Repository | null }) {
  return commit === null ? <>no commit</> : <CommitHash sha={commit.sha} repository={repository} />;
}
