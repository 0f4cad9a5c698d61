"use client";
import { type ComponentType, type ReactNode, useEffect, useRef, useState } from "react";
import { Announcer, useAnnounce } from "../parts/announcer.tsx";
import { Button } from "../parts/button.tsx";
import { EmptyState, ErrorPanel, Skeleton } from "../parts/panels.tsx";
import { RelativeTime } from "../parts/time.tsx";
import type { Deployment, ErrorReport } from "../types.ts";
import { HistoryFilters } from "./history-filters.tsx";
import { HistoryRow, type RowEvents } from "./history-row.tsx";
import { deploymentName, type HistoryFilter, matches, pairOf, rolledBack, toggled } from "./history.ts";
import type { RowMenuProps } from "./row-menu.tsx";

export type { HistoryFilter } from "./history.ts";

type Action = "redeploy" | "rollback" | "promote" | "cancel";

export interface DeploymentHistoryProps {
  /** Newest first; null while they are asked for. */
  deployments: Deployment[] | null;
  error?: ErrorReport | null;
  onRetry?(): void;
  /** When what is shown was read; said when reading it again failed. */
  readAt?: string;
  /** Absent: it is kept here. */
  filter?: HistoryFilter;
  onFilter?(filter: HistoryFilter): void;
  /** False: none are offered, where only the last few are shown. */
  filters?: boolean;
  /** What can be filtered by, when the list does not hold all of it. */
  environments?: readonly string[];
  platforms?: readonly string[];
  people?: readonly string[];
  /** What a platform is called; absent: its id. */
  platformName?(id: string): string;
  /** Address of a deployment's page. */
  hrefOf?(deployment: Deployment): string;
  onOpen?(deployment: Deployment): void;
  /** Ids of the chosen ones, two at most. Absent: they are kept here. */
  selected?: readonly string[];
  onSelect?(ids: string[]): void;
  /** Absent: nothing is compared here. The earlier one comes first. */
  onCompare?(ids: [string, string]): void;
  actions?: { [action in Action]?: (deployment: Deployment) => void };
  /** There are older ones. */
  hasMore?: boolean;
  onMore?(): void;
  isLoadingMore?: boolean;
  /** Offered when there is none yet: a link or button that makes the first. */
  firstAction?: ReactNode;
}

/** All deployments of a place, the newest first. */
export function DeploymentHistory(props: DeploymentHistoryProps) {
  return (
    <Announcer>
      <History {...props} />
    </Announcer>
  );
}

function History(props: DeploymentHistoryProps) {
  const { deployments, error = null, onRetry, readAt, onFilter, onSelect, onCompare, firstAction } = props;
  const { filters: hasFilters = true } = props;
  const [ownFilter, setOwnFilter] = useState<HistoryFilter>({});
  const [ownSelected, setOwnSelected] = useState<readonly string[]>([]);
  const filter = props.filter ?? ownFilter;
  const selected = props.selected ?? ownSelected;
  const setFilter = (next: HistoryFilter): void => {
    setOwnFilter(next);
    onFilter?.(next);
  };
  const select = (ids: string[]): void => {
    setOwnSelected(ids);
    onSelect?.(ids);
  };
  const isFiltered = Object.values(filter).some((value) => value !== undefined && value !== "");
  const shown = (deployments ?? []).filter((one) => matches(one, filter));
  const isFirstTime = deployments !== null && deployments.length === 0 && !isFiltered;
  const pair = pairOf(selected, shown);
  return (
    <section aria-label="Deployments" className="lf:@container lf:text-base">
      {isFirstTime || (deployments === null && !isFiltered) || (!hasFilters && onCompare === undefined) ? null : (
        <div className="lf:mb-3 lf:flex lf:flex-wrap lf:items-start lf:gap-2">
          {hasFilters ? (
            <HistoryFilters
              filter={filter}
              onFilter={setFilter}
              environments={props.environments ?? kindsOf(deployments, ({ environment }) => environment)}
              platforms={props.platforms ?? kindsOf(deployments, ({ platform }) => platform)}
              people={props.people ?? kindsOf(deployments, ({ startedBy }) => startedBy)}
              platformName={props.platformName ?? asItIs}
            />
          ) : null}
          {onCompare === undefined ? null : (
            <Button
              onClick={() => (pair === null ? undefined : onCompare(pair))}
              unavailable={pair === null ? "Choose two deployments to compare." : undefined}
            >
              Compare
            </Button>
          )}
        </div>
      )}
      {error === null ? null : (
        <div className="lf:mb-3">
          <ErrorPanel error={error} isNew={deployments !== null} {...(onRetry === undefined ? {} : { onRetry })} />
          {deployments === null || readAt === undefined ? null : (
            <p className="lf:mt-1 lf:mb-0 lf:text-sm lf:text-muted">
              What is below was read <RelativeTime at={readAt} />.
            </p>
          )}
        </div>
      )}
      {deployments === null && error === null ? <Skeleton lines={6} waitsFor="the deployments" /> : null}
      {isFirstTime && error === null ? (
        <EmptyState title="No deployments yet" action={firstAction}>
          Each deployment will be listed here, with its state, its log and a way back to it.
        </EmptyState>
      ) : null}
      {deployments !== null && isFiltered && shown.length === 0 ? (
        <EmptyState title="Nothing matches" action={<Button onClick={() => setFilter({})}>Clear filters</Button>}>
          {props.hasMore === true
            ? `None of the ${deployments.length} that were read. Older ones may.`
            : "No deployment is as the filters say."}
        </EmptyState>
      ) : null}
      <Rows {...props} shown={shown} selected={selected} onToggle={(id) => select(toggled(selected, id))} />
      {props.hasMore !== true || props.onMore === undefined || deployments === null ? null : (
        <div className="lf:mt-3 lf:text-center">
          <Button
            onClick={props.onMore}
            unavailable={props.isLoadingMore === true ? "Older ones are being read." : undefined}
          >
            {props.isLoadingMore === true ? "Reading older ones" : "Show older"}
          </Button>
        </div>
      )}
    </section>
  );
}

/** Every value there is in the list, in order. */
function kindsOf(deployments: Deployment[] | null, kindOf: (deployment: Deployment) => string | null): string[] {
  return [...new Set((deployments ?? []).map(kindOf))].filter((kind) => kind !== null).sort();
}

const asItIs = (id: string): string => id;

interface RowsProps extends DeploymentHistoryProps {
  shown: Deployment[];
  selected: readonly string[];
  onToggle(id: string): void;
}

function Rows({
  deployments,
  shown,
  selected,
  onToggle,
  hrefOf,
  onOpen,
  onCompare,
  onSelect,
  platformName = asItIs,
  actions = {},
}: RowsProps) {
  const { alert } = useAnnounce();
  const [open, setOpen] = useState<{ id: string; anchor: HTMLElement } | null>(null);
  const [Menu, setMenu] = useState<ComponentType<RowMenuProps> | null>(null);
  const load = (): void =>
    void import("./row-menu.tsx").then(
      ({ RowMenu }) => setMenu(() => RowMenu),
      // Asked for again with the next click.
      () => alert("The menu could not be loaded. Is there a connection?"),
    );
  const latest = useRef<RowEvents>(null);
  useEffect(() => {
    latest.current = {
      open: (deployment) => onOpen?.(deployment),
      toggle: onToggle,
      prepareMenu: () => (Menu === null ? load() : undefined),
      menu(id, anchor) {
        if (Menu === null) load();
        setOpen({ id, anchor });
      },
    };
  });
  const [on] = useState<RowEvents>(() => ({
    open: (deployment) => latest.current?.open(deployment),
    toggle: (id) => latest.current?.toggle(id),
    prepareMenu: () => latest.current?.prepareMenu(),
    menu: (id, anchor) => latest.current?.menu(id, anchor),
  }));
  if (shown.length === 0) return null;
  // As it is now: what was possible when the menu opened may not be any more.
  const chosen = shown.find(({ id }) => id === open?.id);
  const back = rolledBack(deployments ?? []);
  const isChoosable = onCompare !== undefined || onSelect !== undefined;
  return (
    <>
      <ul
        aria-label="Deployments, newest first"
        className="lf:m-0 lf:list-none lf:divide-y lf:divide-line lf:rounded-lg lf:border lf:border-line lf:bg-raised lf:p-0"
      >
        {shown.map((deployment) => (
          <HistoryRow
            key={deployment.id}
            deployment={deployment}
            isRolledBack={back.has(deployment.id) && !deployment.live}
            platform={platformName(deployment.platform)}
            href={hrefOf?.(deployment)}
            isOpenable={onOpen !== undefined}
            isChosen={isChoosable ? selected.includes(deployment.id) : null}
            isMenuOpen={itemsOf(deployment, actions).length === 0 ? null : open?.id === deployment.id}
            on={on}
          />
        ))}
      </ul>
      {open === null || chosen === undefined || Menu === null ? null : (
        <Menu
          anchor={open.anchor}
          label={`Actions for ${deploymentName(chosen)}`}
          items={itemsOf(chosen, actions)}
          onClose={() => setOpen(null)}
        />
      )}
    </>
  );
}

const words: Record<Action, string> = {
  redeploy: "Redeploy",
  rollback: "Roll back to this",
  promote: "Promote",
  cancel: "Cancel",
};

/** What this page can do and the server says is possible. */
function itemsOf(
  deployment: Deployment,
  actions: NonNullable<DeploymentHistoryProps["actions"]>,
): RowMenuProps["items"] {
  return (Object.keys(words) as Action[]).flatMap((action) => {
    const run = actions[action];
    if (run === undefined || !deployment.actions[action].possible) return [];
    return [{ word: words[action], isDanger: action === "cancel", run: () => run(deployment) }];
  });
}
