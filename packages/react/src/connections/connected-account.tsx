"use client";
import type { ReactNode } from "react";
import { RelativeTime } from "../parts/time.tsx";
import type { Connection } from "../types.ts";
import { expiresSoon } from "./connector-state.ts";

const methods: Record<Connection["method"], string> = {
  token: "Access token",
  oauth2: "Allowed in the browser",
  environment: "The server’s own environment",
};

export interface ConnectedAccountProps {
  connection: Connection;
  /** Milliseconds since 1970. */
  now: number;
  /** Projects that use it. */
  usedBy?: readonly string[];
}

/** Whose the credential is, how long it holds, who needs it. */
export function ConnectedAccount({ connection, now, usedBy }: ConnectedAccountProps) {
  const { account, name, method, expiresAt, renews, checkedAt } = connection;
  const hasEnded = expiresAt !== null && !renews && Date.parse(expiresAt) <= now;
  return (
    <dl className="lf:m-0 lf:grid lf:gap-x-4 lf:gap-y-1 lf:grid-cols-[max-content_minmax(0,1fr)] lf:text-sm">
      <Fact term="Account">
        <span className="lf:font-medium">{account?.name ?? name}</span>
        {account !== null && account.name !== name ? <span className="lf:text-muted"> as {name}</span> : null}
      </Fact>
      {account?.teams === undefined || account.teams.length === 0 ? null : (
        <Fact term={account.teams.length === 1 ? "Team" : "Teams"}>
          {account.teams.map((team) => team.name).join(", ")}
        </Fact>
      )}
      <Fact term="Credential">{methods[method]}</Fact>
      <Fact term="Scopes">
        {account === null
          ? "Not known yet"
          : (account.missingScopes ?? []).length === 0
            ? "All that deployments need"
            : `Without ${account.missingScopes?.join(", ")}`}
      </Fact>
      {expiresAt === null ? null : (
        <Fact term={hasEnded ? "Ended" : renews ? "Renewed" : "Expires"}>
          <span className={expiresSoon(connection, now) ? "lf:font-medium lf:text-warning" : ""}>
            <RelativeTime at={expiresAt} />
            {renews ? ", by itself" : ""}
          </span>
        </Fact>
      )}
      {checkedAt === null ? null : (
        <Fact term="Checked">
          <RelativeTime at={checkedAt} />
        </Fact>
      )}
      {usedBy === undefined ? null : (
        <Fact term="Used by">{usedBy.length === 0 ? "No project yet" : usedBy.join(", ")}</Fact>
      )}
    </dl>
  );
}

function Fact({ term, children }: { term: string; children: ReactNode }) {
  return (
    <div className="lf:contents">
      <dt className="lf:text-muted">{term}</dt>
      <dd className="lf:m-0 lf:min-w-0 lf:break-words">{children}</dd>
    </div>
  );
}
