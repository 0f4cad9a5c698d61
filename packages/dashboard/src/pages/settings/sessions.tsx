/** Where one is signed in: Better Auth's own list. */
import { Badge, Button, ErrorPanel, type ErrorReport, RelativeTime } from "@landfall/react";
import { useState } from "react";
import { useAsk } from "../../ask.ts";
import { Asked } from "../../parts/asked.tsx";
import { DataTable } from "../../parts/data-table.tsx";
import { Section } from "../../parts/section.tsx";
import { callAuth } from "../../session.ts";

interface Session {
  id: string;
  /** Ends it; never shown. */
  token: string;
  createdAt: string;
  updatedAt: string;
  ipAddress?: string | null;
  userAgent?: string | null;
}

async function sessions(): Promise<{ all: Session[]; current: string | null }> {
  const [list, mine] = await Promise.all([
    callAuth<Session[]>("list-sessions"),
    callAuth<{ session: { id: string } } | null>("get-session"),
  ]);
  if (list.error) throw new Error(list.error.what);
  const all = list.answer.toSorted((one, other) => other.updatedAt.localeCompare(one.updatedAt));
  return { all, current: mine.answer?.session.id ?? null };
}

export function Sessions() {
  const answer = useAsk(["sessions"], sessions);
  const [error, setError] = useState<ErrorReport | null>(null);
  const end = async (path: string, body: unknown): Promise<void> => {
    setError((await callAuth(path, body)).error);
    answer.again();
  };
  const others = answer.data?.all.filter(({ id }) => id !== answer.data?.current) ?? [];
  return (
    <Section
      title="Where you are signed in"
      actions={
        others.length > 1 ? (
          <Button onClick={() => void end("revoke-other-sessions", {})}>Sign out everywhere else</Button>
        ) : undefined
      }
    >
      {error ? (
        <div className="lf:mb-3">
          <ErrorPanel error={error} isNew />
        </div>
      ) : null}
      <Asked answer={answer} waitsFor="your sessions" lines={2}>
        {({ all, current }) => (
          <DataTable
            label="Sessions"
            rows={all}
            keyOf={({ id }) => id}
            columns={[
              {
                title: "With",
                cell: ({ id, userAgent }) => (
                  <>
                    {programOf(userAgent ?? "")} {id === current ? <Badge>This one</Badge> : null}
                  </>
                ),
              },
              {
                title: "From",
                cell: ({ ipAddress }) => <span className="lf:font-mono lf:text-xs">{ipAddress || "Not known"}</span>,
              },
              { title: "Since", cell: ({ createdAt }) => <RelativeTime at={createdAt} /> },
              {
                title: "Actions",
                isTitleHidden: true,
                className: "lf:@2xl:text-end",
                cell: ({ id, token, userAgent }) =>
                  id === current ? null : (
                    <Button
                      look="quiet"
                      aria-label={`Sign out ${programOf(userAgent ?? "")}`}
                      onClick={() => void end("revoke-session", { token })}
                    >
                      Sign out
                    </Button>
                  ),
              },
            ]}
          />
        )}
      </Asked>
    </Section>
  );
}

/** Order matters: Edge and Opera also call themselves Chrome, and Chrome calls itself Safari. */
const browsers: [RegExp, string][] = [
  [/\bEdg\//, "Edge"],
  [/\bOPR\//, "Opera"],
  [/\bFirefox\//, "Firefox"],
  [/\b(?:Headless)?Chrome\//, "Chrome"],
  [/\bSafari\//, "Safari"],
  [/^landfall/i, "landfall"],
];
/** iPads and phones name the system they are like as well. */
const systems: [RegExp, string][] = [
  [/\b(?:iPhone|iPad)\b/, "iOS"],
  [/\bAndroid\b/, "Android"],
  [/\bWindows\b/, "Windows"],
  [/\bMac OS X\b/, "macOS"],
  [/\bLinux\b/, "Linux"],
];

/** "Firefox on Linux". */
function programOf(userAgent: string): string {
  const named = (table: [RegExp, string][]): string | undefined =>
    table.find(([pattern]) => pattern.test(userAgent))?.[1];
  const browser = named(browsers);
  const system = named(systems);
  if (browser === undefined) return userAgent === "" ? "Not known" : userAgent.slice(0, 60);
  return system === undefined ? browser : `${browser} on ${system}`;
}
