/** Every deployment of a project: found, compared, done again, taken back. What is looked for is in the address. */
import {
  Dialog,
  DeploymentHistory,
  type DeploymentHistoryProps,
  dayOf,
  ErrorPanel,
  type HistoryFilter,
  isSettled,
  liveKey,
  matches,
  useLandfall,
} from "@landfall/react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { questionReportOf, useAsk, useDo } from "../ask.ts";
import { Asked } from "../parts/asked.tsx";
import { useAddress } from "../parts/deployment-address.tsx";
import { ActionDialog, type AskedAction } from "../parts/deployment-dialog.tsx";
import { changesInWords, DeploymentComparison } from "../parts/deployment-comparison.tsx";
import { useRecent } from "../parts/deployment-recent.tsx";
import { usePlatformNames } from "../parts/deployment-platform.tsx";
import { DeployLink } from "../parts/deploy-link.tsx";
import { Page } from "../shell/page.tsx";

const pageSize = 25;
/** Of what is looked through here, because the server does not. */
const longPageSize = 100;
const filters = ["environment", "state", "platform", "person", "from", "until", "text"] as const;

export function DeploymentsPage() {
  const { project } = useParams({ from: "/frame/p/$project/deployments" });
  const navigate = useNavigate();
  const address = useAddress();
  const filter = Object.fromEntries(
    filters.flatMap((name) => (address.fields[name] === undefined ? [] : [[name, address.fields[name]]])),
  ) as HistoryFilter;
  const history = useHistory(project, filter);
  const [selected, setSelected] = useState<string[]>([]);
  const [asked, setAsked] = useState<AskedAction | null>(null);
  const cancel = useDo((client, id: string) => client.deployments.cancel({ id }));
  const places = usePlaces(project);
  const platformNames = usePlatformNames();
  const compared = pairOf(address.fields["compare"]);

  return (
    <Page
      title="Deployments"
      tab={`Deployments · ${project}`}
      description={project}
      actions={<DeployLink project={project} />}
    >
      {cancel.error === null ? null : (
        <div className="lf:mb-4">
          <ErrorPanel error={cancel.error} isNew />
        </div>
      )}
      <DeploymentHistory
        deployments={history.deployments}
        error={history.error}
        onRetry={history.again}
        {...(history.readAt === null ? {} : { readAt: history.readAt })}
        {...places}
        firstAction={<DeployLink project={project} />}
        filter={filter}
        onFilter={(next) => address.set(Object.fromEntries(filters.map((name) => [name, next[name] || null])))}
        platformName={platformNames}
        hrefOf={({ id }) => `/p/${project}/deployments/${id}`}
        onOpen={({ id }) => void navigate({ to: "/p/$project/deployments/$id", params: { project, id } })}
        selected={selected}
        onSelect={setSelected}
        onCompare={(ids) => address.set({ compare: ids.join(",") }, { push: true })}
        actions={{
          redeploy: (deployment) => setAsked({ action: "redeploy", deployment }),
          rollback: (deployment) => setAsked({ action: "rollback", deployment }),
          promote: (deployment) => setAsked({ action: "promote", deployment }),
          cancel: ({ id, state }) => void (isSettled(state) ? undefined : cancel.run(id)),
        }}
        hasMore={history.hasMore}
        onMore={history.more}
        isLoadingMore={history.isLoadingMore}
      />
      <ActionDialog asked={asked} onClose={() => setAsked(null)} />
      {compared === null ? null : <CompareDialog ids={compared} onClose={() => address.set({ compare: null })} />}
    </Page>
  );
}

/** Pages of it, newest first; those that were read stay when the next question fails. */
function useHistory(project: string, filter: HistoryFilter) {
  const { client } = useLandfall();
  const { person, from, until, ...asked } = filter;
  const isNarrowed = person !== undefined || from !== undefined || until !== undefined;
  const query = useInfiniteQuery({
    queryKey: [...liveKey, "history", project, asked, isNarrowed],
    queryFn: ({ pageParam, signal }) =>
      client.deployments.list(
        {
          project,
          limit: isNarrowed ? longPageSize : pageSize,
          ...asked,
          ...(pageParam === null ? {} : { cursor: pageParam }),
        },
        { signal },
      ),
    initialPageParam: null as string | null,
    getNextPageParam: ({ nextCursor }) => nextCursor,
    retry: false,
  });
  const deployments = query.data?.pages.flatMap((page) => page.deployments) ?? null;
  const oldest = deployments?.at(-1);
  const isPast = from !== undefined && oldest !== undefined && dayOf(oldest.createdAt) < from;
  const hasMore = query.hasNextPage && !isPast;
  // Older ones are read until there is a page of those looked for.
  const isShort =
    isNarrowed && deployments !== null && deployments.filter((one) => matches(one, filter)).length < pageSize;
  const { fetchNextPage, isFetching, isError } = query;
  useEffect(() => {
    if (isShort && hasMore && !isFetching && !isError) void fetchNextPage();
  }, [isShort, hasMore, isFetching, isError, fetchNextPage]);
  return {
    deployments,
    error: query.error ? questionReportOf(query.error) : null,
    again: () => void query.refetch(),
    readAt: query.data === undefined ? null : new Date(query.dataUpdatedAt).toISOString(),
    hasMore,
    more: () => void query.fetchNextPage(),
    isLoadingMore: query.isFetchingNextPage,
  };
}

/** What there is to filter by: the list itself holds only what was filtered. */
function usePlaces(project: string): Pick<DeploymentHistoryProps, "environments" | "platforms" | "people"> {
  const about = useAsk(["project", project], (client, signal) => client.projects.get({ project }, { signal }));
  const recent = useRecent(project);
  return {
    ...(about.data === undefined ? {} : { environments: about.data.environments.map(({ name }) => name) }),
    ...(recent.data === undefined
      ? {}
      : {
          platforms: [...new Set(recent.data.deployments.map(({ platform }) => platform))].sort(),
          people: [...new Set(recent.data.deployments.flatMap(({ startedBy }) => startedBy ?? []))].sort(),
        }),
  };
}

function CompareDialog({ ids: [from, to], onClose }: { ids: [string, string]; onClose(): void }) {
  const answer = useAsk(["compare", from, to], (client, signal) =>
    client.deployments.compare({ id: to, with: from }, { signal }),
  );
  return (
    <Dialog
      open
      wide
      onClose={onClose}
      title="Compare deployments"
      initialFocus="title"
      description={answer.data === undefined ? undefined : changesInWords(answer.data)}
    >
      <Asked answer={answer} waitsFor="the comparison" lines={6}>
        {(difference) => <DeploymentComparison comparison={difference} />}
      </Asked>
    </Dialog>
  );
}

/** `a,b` of an address. */
function pairOf(text: string | undefined): [string, string] | null {
  const [from, to, ...more] = text?.split(",") ?? [];
  return from && to && more.length === 0 ? [from, to] : null;
}
