/** The head: where it goes, of which commit, who started it. How it stands is said beside its steps, or on the card when it went well. */
import { Popover } from "@base-ui/react/popover";
import { Button, CopyButton, type Deployment, QrCode, RelativeTime } from "@landfall/react";
import { Link } from "@tanstack/react-router";
import { QrCode as QrIcon } from "lucide-react";
import type { ReactNode } from "react";
import { useAsk } from "../../ask.ts";
import { usePlatformName } from "../../parts/deployment-platform.tsx";
import { CommitLine, SiteUrl } from "../../parts/deployment-words.tsx";
import { repositoryOf } from "../../parts/repository.ts";

export function Facts({ deployment }: { deployment: Deployment }) {
  const { id, state, live, environment, platform, url, commit, message, startedBy, createdAt } = deployment;
  const platformName = usePlatformName(platform);
  return (
    <dl className="lf:mt-2 lf:flex lf:max-w-3xl lf:flex-wrap lf:gap-x-6 lf:gap-y-2 lf:text-text">
      <Fact name="Environment">{environment}</Fact>
      <Fact name="Target">{platformName}</Fact>
      <Fact name="Id">
        <span className="lf:inline-flex lf:items-center lf:font-mono lf:text-xs">
          <span className="lf:break-all">{id}</span>
          <CopyButton text={id} label="Copy id" />
        </span>
      </Fact>
      {/* Its text grows with time: what stands beside it would move. */}
      <Fact name={deployment.operation === "deploy" ? "Started" : operationWords[deployment.operation]}>
        <RelativeTime at={createdAt} />
        {startedBy === null ? "" : ` by ${startedBy}`}
      </Fact>
      {/* Where somebody wrote a message, that is what it is called by. */}
      {commit === null || !message || commit.message === message ? null : (
        <Fact name="Commit message">{commit.message.split("\n", 1)[0]}</Fact>
      )}
      {/* Of what is live, the card below says these. */}
      {live || commit === null ? null : (
        <Fact name="Commit">
          <CommitLine commit={commit} repository={repositoryOf(deployment)} />
        </Fact>
      )}
      {live || url === null ? null : (
        <Fact name="URL">
          <SiteUrl url={url} />
          <QrButton url={url} />
        </Fact>
      )}
      {live || state !== "success" ? null : <Traffic deployment={deployment} />}
    </dl>
  );
}

/** Which one visitors get, when it is not this one. */
function Traffic({ deployment: { project, environment } }: { deployment: Deployment }) {
  const { data } = useAsk(["project", project], (client, signal) => client.projects.get({ project }, { signal }));
  if (data === undefined) return null;
  const other = data.environments.find(({ name }) => name === environment)?.liveDeployment ?? null;
  return (
    <Fact name={`Live in ${environment}`}>
      {other === null ? (
        "Nothing"
      ) : (
        <Link
          to="/p/$project/deployments/$id"
          params={{ project, id: other }}
          className="lf:font-mono lf:text-xs lf:break-all"
        >
          {other}
        </Link>
      )}
    </Fact>
  );
}

const operationWords = { redeploy: "Redeployed", rollback: "Rolled back", promote: "Promoted" } as const;

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="lf:min-w-0">
      <dt className="lf:text-xs lf:text-muted">{name}</dt>
      <dd className="lf:flex lf:min-h-7 lf:min-w-0 lf:flex-wrap lf:items-center lf:gap-x-1 lf:break-words">
        {children}
      </dd>
    </div>
  );
}

function QrButton({ url }: { url: string }) {
  return (
    <Popover.Root>
      <Popover.Trigger render={<Button look="quiet" aria-label="QR code" title="QR code" />}>
        <QrIcon aria-hidden size={14} />
      </Popover.Trigger>
      <Popover.Portal>
        <div data-lf-root="">
          <Popover.Positioner sideOffset={6} className="lf:z-40">
            <Popover.Popup
              aria-label="QR code"
              className="lf:rounded-lg lf:border lf:border-line lf:bg-raised lf:p-3 lf:shadow-lg"
            >
              <QrCode text={url} label={`QR code of ${url}`} />
            </Popover.Popup>
          </Popover.Positioner>
        </div>
      </Popover.Portal>
    </Popover.Root>
  );
}
