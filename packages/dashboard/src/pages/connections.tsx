/** Accounts on platforms, and places to deploy to that were given a name. */
import { Button, ErrorPanel, type ErrorReport } from "@landfall/react";
import { CliCommand } from "../parts/cli-command.tsx";
import { useAsk } from "../ask.ts";
import { useFilters } from "../parts/address.ts";
import { Asked } from "../parts/asked.tsx";
import { Notice, Section } from "../parts/section.tsx";
import { useMay } from "../session.ts";
import { Page } from "../shell/page.tsx";
import { AccountList } from "./connections/account-list.tsx";
import { PlatformAccounts } from "./connections/platform-accounts.tsx";
import { SavedTargets } from "./connections/saved-targets.tsx";

/** So many deployments back is looked which projects use a platform. */
const recent = 100;

export function ConnectionsPage() {
  const may = useMay();
  const platforms = useAsk(["platforms"], (client, signal) => client.platforms.list({}, { signal }));
  const connections = useAsk(["connections"], (client, signal) => client.connections.list({}, { signal }));
  const deployments = useAsk(
    ["deployments", { limit: recent }],
    async (client, signal) => (await client.deployments.list({ limit: recent }, { signal })).deployments,
  );
  const projectsOn = (platform: string): string[] => [
    ...new Set((deployments.data ?? []).filter((one) => one.platform === platform).map(({ project }) => project)),
  ];
  return (
    <Page
      title="Connections"
      description="Accounts on platforms that deployments may use. Their credentials are encrypted and never shown."
    >
      <Returned />
      <Section title="Platforms">
        <Asked answer={platforms} waitsFor="the platforms" lines={8}>
          {({ platforms: all }) => (
            <Asked answer={connections} waitsFor="the connections" lines={8}>
              {({ connections: connected }) =>
                may("create:connection") ? (
                  <div className="lf:grid lf:items-start lf:gap-4 lf:@3xl:grid-cols-2">
                    {all
                      .filter(({ connect }) => connect.length > 0)
                      .map((platform) => (
                        <PlatformAccounts
                          key={platform.id}
                          platform={platform}
                          connections={connected.filter((one) => one.platform === platform.id)}
                          usedBy={projectsOn(platform.id)}
                        />
                      ))}
                  </div>
                ) : (
                  <AccountList platforms={all} connections={connected} />
                )
              }
            </Asked>
          )}
        </Asked>
      </Section>
      <SavedTargets platforms={platforms.data?.platforms ?? []} connections={connections.data?.connections ?? []} />
      <CliCommand command="landfall connections" />
    </Page>
  );
}

/** What a platform's page ended in, when the browser comes back from there. */
function Returned() {
  const [{ connected, failed, code }, setFilters] = useFilters(["connected", "failed", "code"]);
  const platforms = useAsk(["platforms"], (client, signal) => client.platforms.list({}, { signal }));
  const nameOf = (id: string): string => platforms.data?.platforms.find((one) => one.id === id)?.name ?? id;
  // Said once, by the platform's name.
  if (platforms.data === undefined && platforms.error === null) return null;
  const close = (
    <Button look="quiet" onClick={() => setFilters({ connected: "", failed: "", code: "" })}>
      Close
    </Button>
  );
  if (connected !== undefined)
    return (
      <Notice tone="success" action={close}>
        {nameOf(connected)} is connected.
      </Notice>
    );
  if (failed === undefined) return null;
  return (
    <div className="lf:mb-4 lf:grid lf:justify-items-start lf:gap-2">
      <div className="lf:w-full">
        <ErrorPanel error={reportOf(nameOf(failed), code)} isNew />
      </div>
      {close}
    </div>
  );
}

function reportOf(platform: string, code: string | undefined): ErrorReport {
  switch (code) {
    case "AUTH_FAILED":
    case "CANCELLED":
      return {
        code,
        what: `${platform} did not allow access.`,
        next: "Connect again and allow it there, or paste a token instead.",
      };
    case "INSUFFICIENT_PERMISSIONS":
    case "UNAUTHORIZED":
      return {
        code,
        what: `The answer of ${platform} is not for a request of this session.`,
        next: "Connect again, in this browser.",
      };
    case "PLATFORM_UNAVAILABLE":
    case "TIMEOUT":
      return { code, what: `${platform} did not answer.`, next: "Nothing was changed. Try again in a minute." };
    default:
      return {
        code: "INTERNAL",
        what: `${platform} was not connected.`,
        next: "Connect again, or paste a token instead.",
      };
  }
}
