"use client";
import {
  CircleAlert,
  CircleCheck,
  CircleDashed,
  CircleX,
  CloudOff,
  ExternalLink,
  LoaderCircle,
  type LucideIcon,
} from "lucide-react";
import { useEffect, useId, useState } from "react";
import { Button, buttonClass } from "../parts/button.tsx";
import { CopyField } from "../parts/copy.tsx";
import { NewTab } from "../parts/new-tab.tsx";
import { ErrorPanel } from "../parts/panels.tsx";
import { Root } from "../parts/root.tsx";
import { useNow } from "../parts/time.tsx";
import type { Connection, Platform } from "../types.ts";
import { ConnectedAccount } from "./connected-account.tsx";
import { type ConnectorState, expiresSoon } from "./connector-state.ts";
import { HelpLink } from "./help-link.tsx";
import { emptyDraft, type TokenDraft, TokenForm } from "./token-form.tsx";

export type { ConnectorState } from "./connector-state.ts";

export interface PlatformConnectorProps {
  platform: Platform;
  state: ConnectorState;
  /** Send the person to the platform; absent: only a token can be given. */
  onAuthorize?(): void;
  /** They will not come back from the platform. */
  onCancel?(): void;
  /** Check a pasted token and keep it. */
  onToken(token: string, name?: string): void;
  onCheck?(): void;
  onDisconnect?(): void;
  /** Projects that use it. */
  usedBy?: readonly string[];
}

type Sight = { word: string; icon: LucideIcon; className: string; isMoving?: true };

const sights: Record<ConnectorState["kind"] | "expires-soon" | "lacks-scopes", Sight> = {
  "not-connected": { word: "Not connected", icon: CircleDashed, className: "lf:text-neutral" },
  "waiting-for-browser": { word: "Waiting for you", icon: ExternalLink, className: "lf:text-running" },
  checking: { word: "Checking", icon: LoaderCircle, className: "lf:text-running", isMoving: true },
  connected: { word: "Connected", icon: CircleCheck, className: "lf:text-success" },
  "expires-soon": { word: "Expires soon", icon: CircleAlert, className: "lf:text-warning" },
  "lacks-scopes": { word: "May not do everything", icon: CircleAlert, className: "lf:text-warning" },
  refused: { word: "Refused", icon: CircleX, className: "lf:text-failure" },
  unreachable: { word: "Not reachable", icon: CloudOff, className: "lf:text-warning" },
};

/** What a platform takes, as people say it. A kind that is not here is shown by its own word. */
const accepted: Record<string, string> = {
  files: "static files",
  prebuilt: "built servers",
  source: "source code",
  image: "container images",
  package: "packages",
  repository: "git repositories",
};

/** One platform and the account on it: connects it, says whether it holds and what it lacks, ends it. */
export function PlatformConnector(props: PlatformConnectorProps) {
  const { platform, state } = props;
  const id = useId();
  const now = useNow(60_000);
  // Kept here while it is checked, so that one character too few need not mean pasting it again.
  const [draft, setDraft] = useState(emptyDraft);
  useEffect(() => {
    if (state.kind === "connected") setDraft(emptyDraft);
  }, [state.kind]);
  const [openedIn] = useState(state.kind);
  const { word, icon: Icon, className, isMoving } = sights[sightOf(state, now)];
  const takes = platform.accepts.map((kind) => accepted[kind] ?? kind);
  return (
    <Root role="group" aria-labelledby={id} className="lf:rounded-lg lf:border lf:border-line lf:bg-raised lf:p-4">
      <div className="lf:flex lf:flex-wrap lf:items-center lf:justify-between lf:gap-x-4 lf:gap-y-1">
        <h2 id={id} className="lf:m-0 lf:text-lg lf:font-semibold">
          {platform.name}
        </h2>
        <span
          role="status"
          // What was so when it opened is no news.
          aria-live={state.kind === openedIn ? "off" : "polite"}
          className={`lf:inline-flex lf:items-center lf:gap-1.5 lf:font-medium ${className}`}
        >
          <Icon aria-hidden size={16} className={isMoving ? "lf:animate-spin lf:motion-reduce:animate-none" : ""} />
          <span className="lf:sr-only">{platform.name}: </span>
          {word}
        </span>
      </div>
      {takes.length === 0 ? null : (
        <p className="lf:mt-1 lf:mb-0 lf:text-sm lf:text-muted">
          Takes {new Intl.ListFormat("en", { type: "conjunction" }).format(takes)}.
        </p>
      )}
      <div className="lf:mt-3 lf:flex lf:min-w-0 lf:flex-col lf:gap-3 lf:wrap-anywhere">
        {platform.connect.length === 0 ? (
          <p className="lf:m-0">No account is needed: it is this server’s own machine.</p>
        ) : (
          <Body {...props} now={now} draft={draft} onDraft={setDraft} isNew={state.kind !== openedIn} />
        )}
      </div>
    </Root>
  );
}

function sightOf(state: ConnectorState, now: number): keyof typeof sights {
  if (state.kind !== "connected") return state.kind;
  if (lacking(state.connection).length > 0) return "lacks-scopes";
  return expiresSoon(state.connection, now) ? "expires-soon" : "connected";
}

/** What the credential does not allow and deployments need. */
function lacking({ account }: Connection): readonly string[] {
  return account?.missingScopes ?? [];
}

interface BodyProps extends PlatformConnectorProps {
  now: number;
  draft: TokenDraft;
  onDraft(draft: TokenDraft): void;
  /** It was in another state before, while it was on the screen. */
  isNew: boolean;
}

function Body({ state, now, isNew, ...props }: BodyProps) {
  const { platform, onCheck } = props;
  switch (state.kind) {
    case "not-connected":
      return <Ways {...props} />;
    case "waiting-for-browser":
      return <Waiting {...props} url={state.url} />;
    case "checking":
      return <p className="lf:m-0 lf:text-muted">Asking {platform.name} whose the credential is.</p>;
    case "connected":
      return <Connected {...props} connection={state.connection} now={now} />;
    case "refused":
      return (
        <>
          <ErrorPanel error={state.error} isNew={isNew} />
          {state.connection === undefined ? (
            <Ways {...props} />
          ) : (
            <Connected {...props} connection={state.connection} now={now} isReplacing />
          )}
        </>
      );
    case "unreachable":
      return (
        <>
          <ErrorPanel error={state.error} isNew={isNew} {...(onCheck ? { onRetry: onCheck } : {})} />
          {state.connection === undefined ? (
            <Ways {...props} />
          ) : (
            <>
              <p className="lf:m-0 lf:text-sm lf:text-muted">As it was when it was last checked:</p>
              <ConnectedAccount connection={state.connection} now={now} {...usedIn(props)} />
            </>
          )}
        </>
      );
    default:
      return state satisfies never;
  }
}

function usedIn({ usedBy }: Pick<PlatformConnectorProps, "usedBy">): { usedBy?: readonly string[] } {
  return usedBy === undefined ? {} : { usedBy };
}

type WaysProps = Omit<BodyProps, "state" | "now" | "isNew">;

/** Every way to connect an account here, the best first. */
function Ways({ platform, onAuthorize, onToken, draft, onDraft }: WaysProps) {
  const takesToken = platform.connect.includes("token");
  const form = <TokenForm platform={platform} draft={draft} onDraft={onDraft} onToken={onToken} />;
  if (!onAuthorize && !takesToken)
    return (
      <p className="lf:m-0 lf:text-sm">
        It is connected in a terminal: <CopyField text={`landfall connect ${platform.id}`} label="command" />
      </p>
    );
  return (
    <>
      {onAuthorize ? (
        <div>
          <Button look="primary" onClick={onAuthorize}>
            <ExternalLink aria-hidden size={16} /> Connect with {platform.name}
          </Button>
          <p className="lf:mt-1 lf:mb-0 lf:text-xs lf:text-muted">
            A page of {platform.name} opens, where you allow access. You come back by yourself.
          </p>
        </div>
      ) : null}
      {onAuthorize && takesToken ? (
        <details open={draft.token !== ""}>
          <summary className="lf:min-h-6 lf:cursor-pointer lf:text-sm">Use an access token instead</summary>
          <div className="lf:mt-2">{form}</div>
        </details>
      ) : takesToken ? (
        form
      ) : null}
    </>
  );
}

function Waiting({ platform, url, onCancel }: WaysProps & { url: string }) {
  return (
    <>
      <p className="lf:m-0">
        Allow access on the page of {platform.name} that has opened. This goes on by itself when you have.
      </p>
      <div className="lf:flex lf:flex-wrap lf:gap-2">
        <a href={url} target="_blank" rel="noreferrer" className={buttonClass()}>
          <ExternalLink aria-hidden size={16} /> Open the page again
          <NewTab />
        </a>
        {onCancel ? (
          <Button look="quiet" onClick={onCancel}>
            Cancel
          </Button>
        ) : null}
      </div>
    </>
  );
}

interface ConnectedProps extends WaysProps {
  connection: Connection;
  now: number;
  /** Its credential is no good any more: the ways to give it a new one are open. */
  isReplacing?: boolean;
}

function Connected({ connection, now, isReplacing = false, ...props }: ConnectedProps) {
  const { platform, onCheck, onDisconnect } = props;
  const [asked, setAsked] = useState<"replace" | "disconnect" | null>(null);
  const scopes = lacking(connection);
  const isUrgent = scopes.length > 0 || expiresSoon(connection, now);
  return (
    <>
      <ConnectedAccount connection={connection} now={now} {...usedIn(props)} />
      {scopes.length === 0 ? null : <MissingScopes platform={platform} scopes={scopes} />}
      {isReplacing || asked === "replace" ? <Ways {...props} /> : null}
      {asked === "disconnect" && onDisconnect ? (
        <Disconnecting
          name={platform.name}
          {...usedIn(props)}
          onDisconnect={onDisconnect}
          onKeep={() => setAsked(null)}
        />
      ) : (
        <div className="lf:flex lf:flex-wrap lf:gap-2">
          {isReplacing ? null : (
            <Button
              look={isUrgent && asked === null ? "primary" : "plain"}
              aria-expanded={asked === "replace"}
              onClick={() => setAsked(asked === "replace" ? null : "replace")}
            >
              Replace credential
            </Button>
          )}
          {onCheck ? <Button onClick={onCheck}>Check now</Button> : null}
          {onDisconnect ? (
            <Button look="quiet" onClick={() => setAsked("disconnect")}>
              Disconnect
            </Button>
          ) : null}
        </div>
      )}
    </>
  );
}

function MissingScopes({ platform, scopes }: { platform: Platform; scopes: readonly string[] }) {
  return (
    <div className="lf:rounded-md lf:border lf:border-warning-line lf:bg-warning-soft lf:p-3 lf:text-sm">
      <p className="lf:m-0 lf:font-medium">The credential lacks:</p>
      <ul className="lf:mt-1 lf:mb-0 lf:ps-5 lf:list-disc">
        {scopes.map((scope) => (
          <li key={scope} className="lf:break-words">
            {scope}
          </li>
        ))}
      </ul>
      {platform.token === null ? null : (
        <p className="lf:mt-2 lf:mb-0">
          Add it at <HelpLink help={platform.token.help} />, then check again. Where a token cannot be changed, make one
          with it and replace this one.
        </p>
      )}
    </div>
  );
}

function Disconnecting({
  name,
  usedBy = [],
  onDisconnect,
  onKeep,
}: {
  name: string;
  usedBy?: readonly string[];
  onDisconnect(): void;
  onKeep(): void;
}) {
  return (
    <div role="group" aria-label={`Disconnect ${name}`} className="lf:rounded-md lf:border lf:border-line lf:p-3">
      <p className="lf:m-0 lf:text-sm">
        Deployments to {name} with this account will fail, those under way too.
        {usedBy.length === 0 ? "" : ` Used by ${new Intl.ListFormat("en").format(usedBy)}.`} What is online stays.
      </p>
      <div className="lf:mt-2 lf:flex lf:flex-wrap lf:gap-2">
        <Button
          look="danger"
          // It takes the place of the button that was pressed.
          ref={(button) => button?.focus()}
          onClick={onDisconnect}
        >
          Disconnect {name}
        </Button>
        <Button onClick={onKeep}>Keep it</Button>
      </div>
    </div>
  );
}
