/** Who changed what, to which, from where. Filters are in the address. */
import {
  Button,
  EmptyState,
  ErrorPanel,
  errorReportOf,
  type ErrorReport,
  liveKey,
  RelativeTime,
  useLandfall,
} from "@landfall/react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { useState } from "react";
import { questionReportOf } from "../ask.ts";
import { useFilters } from "../parts/address.ts";
import { apiFetch } from "../parts/api-fetch.ts";
import { Asked } from "../parts/asked.tsx";
import { DataTable } from "../parts/data-table.tsx";
import { type Choice, SelectField } from "../parts/fields.tsx";
import { TextField } from "../parts/text-field.tsx";
import { useProjects } from "../parts/projects.ts";
import { saveFile } from "../parts/save-file.ts";
import { Page } from "../shell/page.tsx";

const keys = ["actor", "action", "project", "from", "to"] as const;
type Filters = Partial<Record<(typeof keys)[number], string>>;

/** Beginnings of what the record calls its entries, by what people call them. */
const kinds: Choice[] = [
  { value: "", label: "Everything" },
  { value: "deployments", label: "Deployments" },
  { value: "environments", label: "Environments" },
  { value: "projects", label: "Projects" },
  { value: "variables", label: "Variables" },
  { value: "domains", label: "Domains" },
  { value: "connections", label: "Connections" },
  { value: "targets", label: "Saved targets" },
  { value: "members", label: "Members" },
  { value: "invitations", label: "Invitations" },
  { value: "keys", label: "API keys" },
  { value: "organizations", label: "Organisations" },
  { value: "notifications", label: "Notifications" },
  { value: "webhooks", label: "Webhooks" },
  { value: "sandboxes", label: "Sandboxes" },
];

export function ActivityPage() {
  const [filters, setFilters] = useFilters(keys);
  return (
    <Page
      title="Activity"
      description="Who changed what, and from where. Nobody can change or remove an entry."
      actions={<Export filters={filters} />}
    >
      <FilterForm key={JSON.stringify(filters)} filters={filters} onChange={setFilters} />
      <Entries filters={filters} onClear={() => setFilters({ actor: "", action: "", project: "", from: "", to: "" })} />
    </Page>
  );
}

function FilterForm({ filters, onChange }: { filters: Filters; onChange(change: Filters): void }) {
  const projects = useProjects();
  const names = projects.data?.map(({ name }) => name) ?? [];
  const known = filters.project === undefined || names.includes(filters.project) ? names : [filters.project, ...names];
  return (
    <form
      role="search"
      aria-label="Filter the record"
      className="lf:mb-4 lf:grid lf:gap-3 lf:sm:grid-cols-2 lf:lg:grid-cols-5"
      onSubmit={(event) => event.preventDefault()}
    >
      <SelectField
        label="What"
        choices={
          kinds.some(({ value }) => value === (filters.action ?? ""))
            ? kinds
            : [...kinds, { value: filters.action!, label: filters.action! }]
        }
        value={filters.action ?? ""}
        onChange={(event) => onChange({ action: event.target.value })}
      />
      <SelectField
        label="Project"
        choices={[{ value: "", label: "All projects" }, ...known.map((name) => ({ value: name, label: name }))]}
        value={filters.project ?? ""}
        onChange={(event) => onChange({ project: event.target.value })}
      />
      <TextField
        label="Who (email address)"
        type="email"
        defaultValue={filters.actor ?? ""}
        onBlur={(event) =>
          event.target.value === (filters.actor ?? "") ? undefined : onChange({ actor: event.target.value.trim() })
        }
        onKeyDown={(event) =>
          event.key === "Enter" ? onChange({ actor: event.currentTarget.value.trim() }) : undefined
        }
      />
      <TextField
        label="From"
        type="date"
        value={filters.from ?? ""}
        onChange={(event) => onChange({ from: event.target.value })}
      />
      <TextField
        label="Until"
        type="date"
        value={filters.to ?? ""}
        onChange={(event) => onChange({ to: event.target.value })}
      />
    </form>
  );
}

/** The filters as the server takes them: days of the reader's clock as instants, the last one included. */
function askedFor({ actor, action, project, from, to }: Filters) {
  const start = from === undefined ? Number.NaN : new Date(`${from}T00:00:00`).getTime();
  const end = to === undefined ? Number.NaN : new Date(`${to}T00:00:00`).setHours(24, 0, 0, 0);
  return {
    ...(actor ? { actor } : {}),
    ...(action ? { action } : {}),
    ...(project ? { project } : {}),
    ...(Number.isNaN(start) ? {} : { from: new Date(start).toISOString() }),
    ...(Number.isNaN(end) ? {} : { to: new Date(end).toISOString() }),
  };
}

function Entries({ filters, onClear }: { filters: Filters; onClear(): void }) {
  const { client } = useLandfall();
  const asked = askedFor(filters);
  const query = useInfiniteQuery({
    queryKey: [...liveKey, "audit", asked],
    queryFn: ({ pageParam, signal }) =>
      client.audit.list({ ...asked, limit: 50, ...(pageParam === "" ? {} : { cursor: pageParam }) }, { signal }),
    initialPageParam: "",
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
  });
  const answer = {
    data: query.data,
    error: query.error ? questionReportOf(query.error) : null,
    isAsking: query.isFetching,
    answeredAtMs: query.dataUpdatedAt,
    again: () => void query.refetch(),
  };
  return (
    <Asked answer={answer} waitsFor="the record" lines={8}>
      {({ pages }) => {
        const entries = pages.flatMap((page) => page.entries);
        if (entries.length === 0)
          return Object.keys(asked).length > 0 ? (
            <EmptyState title="Nothing matches" action={<Button onClick={onClear}>Clear the filters</Button>} />
          ) : (
            <EmptyState title="Nothing has been changed yet">
              Every change by a person or a key will be here.
            </EmptyState>
          );
        return (
          <>
            <DataTable
              label="Changes"
              rows={entries}
              keyOf={({ id }) => id}
              columns={[
                { title: "When", className: "lf:whitespace-nowrap", cell: ({ at }) => <RelativeTime at={at} /> },
                {
                  title: "Who",
                  className: "lf:whitespace-nowrap",
                  cell: ({ actor, via }) => (
                    <>
                      {actor}
                      {via === "key" ? <span className="lf:text-muted"> by API key</span> : null}
                    </>
                  ),
                },
                {
                  title: "What",
                  className: "lf:@4xl:whitespace-nowrap",
                  cell: ({ action }) => actionInWords(action),
                },
                {
                  title: "Of what",
                  className: "lf:wrap-anywhere",
                  cell: ({ target }) => <TargetText target={target} />,
                },
                {
                  title: "From where",
                  cell: ({ address }) => <span className="lf:font-mono lf:text-xs">{address}</span>,
                },
              ]}
            />
            <div className="lf:mt-3 lf:flex lf:justify-center">
              {query.hasNextPage ? (
                <Button
                  unavailable={query.isFetchingNextPage ? "They are being fetched." : undefined}
                  onClick={() => void query.fetchNextPage()}
                >
                  Older
                </Button>
              ) : (
                <p className="lf:text-sm lf:text-muted">This is where the record begins.</p>
              )}
            </div>
          </>
        );
      }}
    </Asked>
  );
}

const verbs: Record<string, string> = {
  create: "made",
  remove: "removed",
  set: "set",
  add: "added",
  setRole: "given another role",
  rename: "renamed",
  cancel: "cancelled",
  accept: "accepted",
  connect: "connected",
  save: "saved",
  update: "changed",
  revert: "put back",
  import: "imported",
  share: "shared",
  unshare: "no longer shared",
  map: "used for a variable",
  unmap: "no longer used",
  run: "begun",
  deploy: "deployed",
  test: "tried",
  replay: "looked at again",
  setSecret: "given a secret",
};

/** What reads better whole than from its parts. */
const sentences: Record<string, string> = {
  setup: "Server set up",
  "deployments.create": "Deployed",
  "deployments.redeploy": "Redeployed",
  "deployments.rollback": "Rolled back",
  "deployments.promote": "Promoted",
  "uploads.create": "Files sent",
  "connections.authorize": "Connecting begun",
  "connections.callback": "Platform connected",
  "connections.connect": "Platform connected",
  "connections.disconnect": "Platform disconnected",
};

/** `projects.rename` as "Project renamed". What is not known is said as it is. */
function actionInWords(action: string): string {
  const whole = sentences[action];
  if (whole !== undefined) return whole;
  const cut = action.lastIndexOf(".");
  const thing = action.slice(0, Math.max(cut, 0));
  const verb = action.slice(cut + 1);
  const words = verbs[verb];
  if (words === undefined) return action;
  const named = thing.replace(".", " ").replace("organization", "organisation");
  const one = named.replace(/ies$/, "y").replace(/s$/, "");
  return `${one.charAt(0).toUpperCase()}${one.slice(1)} ${words}`;
}

/** Where one of the fields the record names begins (packages/server/src/people/audit.ts); values may have spaces. */
const fieldBegins =
  / (?=(?:project|environment|platform|connection|id|delivery|name|key|email|role|scopes|variables)=)/;

/** `project=site environment=production` with the names standing back. */
function TargetText({ target }: { target: string }) {
  if (target === "") return <span className="lf:text-muted">—</span>;
  return target.split(fieldBegins).map((pair) => {
    const cut = pair.indexOf("=");
    return (
      <span key={pair} className="lf:me-2 lf:inline-block">
        {cut < 0 ? null : <span className="lf:text-muted">{pair.slice(0, cut)} </span>}
        {pair.slice(cut + 1).replaceAll(",", ", ")}
      </span>
    );
  });
}

function Export({ filters }: { filters: Filters }) {
  const [error, setError] = useState<ErrorReport | null>(null);
  const [isRunning, setRunning] = useState(false);
  const save = async (format: "csv" | "ndjson"): Promise<void> => {
    setError(null);
    setRunning(true);
    try {
      const query = new URLSearchParams({ format, ...askedFor(filters) });
      const answer = await apiFetch(`/api/audit/export?${query}`);
      if (answer.error) setError(answer.error);
      else saveFile(`activity.${format}`, await answer.response.blob());
    } catch (thrown) {
      // The connection went in the middle of the file.
      setError(errorReportOf(thrown));
    } finally {
      setRunning(false);
    }
  };
  return (
    <>
      {(["csv", "ndjson"] as const).map((format) => (
        <Button
          key={format}
          unavailable={isRunning ? "A file is being made." : undefined}
          onClick={() => void save(format)}
        >
          <Download aria-hidden size={14} />
          Export {format.toUpperCase()}
        </Button>
      ))}
      {error ? (
        <div className="lf:basis-full">
          <ErrorPanel error={error} isNew />
        </div>
      ) : null}
    </>
  );
}
