"use client";
import { Ellipsis } from "lucide-react";
import { memo, type MouseEvent } from "react";
import { Badge, StatusIndicator, stateWord } from "../parts/status.tsx";
import { Duration, RelativeTime } from "../parts/time.tsx";
import type { Deployment } from "../types.ts";
import { deploymentName, shortId } from "./history.ts";

export interface HistoryRowProps {
  deployment: Deployment;
  isRolledBack: boolean;
  platform: string;
  href: string | undefined;
  isOpenable: boolean;
  /** Null: nothing is compared here. */
  isChosen: boolean | null;
  /** Null: nothing can be done with it. */
  isMenuOpen: boolean | null;
  on: RowEvents;
}

/** What people do with rows; the same object for as long as the list is shown. */
export interface RowEvents {
  open(deployment: Deployment): void;
  toggle(id: string): void;
  menu(id: string, anchor: HTMLElement): void;
  prepareMenu(): void;
}

const wide =
  "lf:@3xl:grid lf:@3xl:grid-cols-[7rem_minmax(0,1fr)_5.5rem_10rem] lf:@3xl:items-center lf:@3xl:[grid-template-areas:'state_title_time_age'_'state_meta_time_age']";

/** A deployment in a list: one line of columns, or two lines where there is no room. Made again when something of it has changed. */
export const HistoryRow = memo(function HistoryRow({
  deployment,
  isRolledBack,
  platform,
  href,
  isOpenable,
  isChosen,
  isMenuOpen,
  on,
}: HistoryRowProps) {
  const { id, state, environment, operation, live, commit, startedBy, createdAt, finishedAt } = deployment;
  const name = deploymentName(deployment);
  return (
    <li className="lf:flex lf:items-start lf:gap-2 lf:px-2 lf:py-2 lf:@3xl:items-center lf:hover:bg-surface">
      {isChosen === null ? null : (
        <label className="lf:flex lf:size-6 lf:shrink-0 lf:cursor-pointer lf:items-center lf:justify-center">
          <input
            type="checkbox"
            checked={isChosen}
            onChange={() => on.toggle(id)}
            aria-label={`Compare ${name}, ${shortId(id)}`}
            className="lf:size-4 lf:accent-action"
          />
        </label>
      )}
      <div className={`lf:flex lf:min-w-0 lf:flex-1 lf:flex-wrap lf:items-center lf:gap-x-2 lf:@md:gap-x-3 ${wide}`}>
        <p className="lf:m-0 lf:w-full lf:min-w-0 lf:[grid-area:title]">
          <Title name={name} href={href} onOpen={isOpenable ? () => on.open(deployment) : undefined} />
        </p>
        <p className="lf:m-0 lf:text-xs lf:@md:text-sm lf:[grid-area:state]">
          <StatusIndicator state={state} />
        </p>
        <p className="lf:m-0 lf:flex lf:min-w-0 lf:flex-wrap lf:items-center lf:gap-x-2 lf:text-xs lf:text-muted lf:[grid-area:meta]">
          {live ? <Badge tone="success">Live</Badge> : null}
          {isRolledBack ? <Badge>Rolled back</Badge> : null}
          {operation === "deploy" ? null : <Badge>{operations[operation]}</Badge>}
          {/* Where there is little room, only what is not the usual. */}
          <span className={`lf:break-all ${environment === "production" ? "lf:hidden lf:@md:inline" : ""}`}>
            {environment}
          </span>
          <span className="lf:hidden lf:@md:inline">{platform}</span>
          <span className="lf:hidden lf:font-mono lf:@md:inline">{shortId(id)}</span>
          {commit === null ? null : (
            <span className="lf:hidden lf:min-w-0 lf:gap-1 lf:@md:flex">
              {commit.branch === null ? null : (
                <bdi title={commit.branch} className="lf:min-w-0 lf:truncate">
                  {commit.branch}
                </bdi>
              )}
              <span className="lf:shrink-0 lf:font-mono">{commit.sha.slice(0, 7)}</span>
            </span>
          )}
        </p>
        <p className="lf:m-0 lf:hidden lf:text-sm lf:text-muted lf:[grid-area:time] lf:@md:block lf:@3xl:text-end">
          {state === "pending" ? null : <Duration from={createdAt} to={finishedAt} />}
        </p>
        <p className="lf:m-0 lf:min-w-0 lf:truncate lf:text-xs lf:text-muted lf:[grid-area:age] lf:@md:text-sm lf:@3xl:text-end">
          <RelativeTime at={createdAt} inRow />
          {startedBy === null ? null : (
            <span className="lf:hidden lf:@md:inline lf:@3xl:block lf:@3xl:truncate lf:@3xl:text-xs"> {startedBy}</span>
          )}
        </p>
      </div>
      {isMenuOpen === null ? null : (
        <button
          type="button"
          aria-haspopup="menu"
          aria-expanded={isMenuOpen}
          aria-label={`Actions for ${name}, ${stateWord(state)}, ${shortId(id)}`}
          onPointerEnter={on.prepareMenu}
          onFocus={on.prepareMenu}
          onClick={({ currentTarget }) => on.menu(id, currentTarget)}
          className="lf:flex lf:size-8 lf:shrink-0 lf:cursor-pointer lf:items-center lf:justify-center lf:rounded-md lf:border-0 lf:bg-transparent lf:hover:bg-neutral-soft"
        >
          <Ellipsis aria-hidden size={16} />
        </button>
      )}
    </li>
  );
});

const operations: Record<Deployment["operation"], string> = {
  deploy: "Deploy",
  redeploy: "Redeploy",
  promote: "Promotion",
  rollback: "Rollback",
};

function Title({ name, href, onOpen }: { name: string; href: string | undefined; onOpen: (() => void) | undefined }) {
  const look =
    "lf:block lf:truncate lf:text-base lf:leading-6 lf:text-text lf:font-medium lf:no-underline lf:hover:underline";
  if (href !== undefined) {
    return (
      <a
        href={href}
        title={name}
        className={look}
        onClick={(event) => (onOpen && isPlain(event) ? follow(event, onOpen) : undefined)}
      >
        {name}
      </a>
    );
  }
  if (onOpen === undefined)
    return (
      <span title={name} className="lf:block lf:truncate lf:font-medium">
        {name}
      </span>
    );
  return (
    <button
      type="button"
      title={name}
      onClick={onOpen}
      className={`lf:w-full lf:cursor-pointer lf:border-0 lf:bg-transparent lf:p-0 lf:text-start ${look}`}
    >
      {name}
    </button>
  );
}

/** Not one that asks for a new tab or window. */
function isPlain({ button, altKey, ctrlKey, metaKey, shiftKey }: MouseEvent): boolean {
  return button === 0 && !altKey && !ctrlKey && !metaKey && !shiftKey;
}

function follow(event: MouseEvent, open: () => void): void {
  event.preventDefault();
  open();
}
