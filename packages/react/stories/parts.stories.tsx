import { type ReactNode, useState } from "react";
import {
  Announcer,
  Badge,
  Button,
  ConfirmDialog,
  ConnectionIndicator,
  CopyField,
  Difference,
  Duration,
  EmptyState,
  ErrorPanel,
  FixedNow,
  KeyHint,
  QrCode,
  RelativeTime,
  Skeleton,
  StatusIndicator,
  useAnnounce,
} from "../src/index.ts";
import { at, buildFailed, now } from "./deployments.ts";

export const title = "Parts";

const nothing = (): void => undefined;
const states = [
  "pending",
  "building",
  "uploading",
  "deploying",
  "verifying",
  "success",
  "failed",
  "cancelled",
] as const;

function Column({ children }: { children: ReactNode }) {
  return <div className="lf:flex lf:flex-col lf:items-start lf:gap-3">{children}</div>;
}

export const stories: Record<string, () => ReactNode> = {
  StatusIndicator: () => (
    <Column>
      {states.map((state) => (
        <StatusIndicator key={state} state={state} />
      ))}
    </Column>
  ),
  Badge: () => (
    <Column>
      {(["neutral", "running", "success", "warning", "failure"] as const).map((tone) => (
        <Badge key={tone} tone={tone}>
          {tone}
        </Badge>
      ))}
    </Column>
  ),
  Button: () => (
    <Column>
      {(["primary", "plain", "quiet", "danger"] as const).map((look) => (
        <Button key={look} look={look}>
          {look}
        </Button>
      ))}
      <Button unavailable="There is no connection to the server.">Not now</Button>
    </Column>
  ),
  "Duration and RelativeTime": () => (
    <FixedNow at={now}>
      <Column>
        <Duration from={at(0)} to={at(72)} />
        <Duration from={at(0)} to={null} />
        <RelativeTime at={at(0)} />
      </Column>
    </FixedNow>
  ),
  CopyField: () => (
    <CopyField text="landfall deploy --project acme --environment production --message 'Tides'" label="command" />
  ),
  ConnectionIndicator: () => (
    <FixedNow at={now}>
      <Column>
        <ConnectionIndicator state={{ kind: "connecting" }} />
        <ConnectionIndicator state={{ kind: "live" }} />
        <ConnectionIndicator state={{ kind: "reconnecting", lastEventAtMs: Date.parse(now) - 12_000, attempt: 2 }} />
        <ConnectionIndicator state={{ kind: "offline", sinceMs: Date.parse(now) }} />
        <ConnectionIndicator
          state={{ kind: "refused", error: { code: "UNAUTHORIZED", what: "The session has ended." } }}
        />
        <ConnectionIndicator state={{ kind: "ended" }} />
      </Column>
    </FixedNow>
  ),
  Difference: () => (
    <Difference
      label="What changes"
      rows={[
        { label: "Commit", kind: "changed", before: "Correct the tide table", after: "Try another chart" },
        { label: "TIDES_API_URL", kind: "added", after: "https://tides.example.com" },
        { label: "SESSION_SECRET", kind: "changed", isSecret: true },
        { label: "LEGACY_FLAG", kind: "removed", before: "on" },
        { label: "Framework", kind: "same", before: "astro", after: "astro" },
      ]}
    />
  ),
  "Difference, none": () => <Difference label="What changes" rows={[]} />,
  ErrorPanel: () => <ErrorPanel error={buildFailed} onRetry={nothing} onRecover={nothing} />,
  "ErrorPanel with a command": () => <ErrorPanel error={buildFailed} />,
  EmptyState: () => (
    <EmptyState title="No domains yet" action={<Button look="primary">Add a domain</Button>}>
      Names of your own that lead here.
    </EmptyState>
  ),
  Skeleton: () => <Skeleton waitsFor="the deployments" />,
  QrCode: () => <QrCode text="https://acme.example.com" label="QR code of https://acme.example.com" />,
  KeyHint: () => (
    <Column>
      <KeyHint keys="Mod+K" />
      <KeyHint keys="Shift+Enter" />
      <KeyHint keys="?" />
    </Column>
  ),
  Announcer: () => (
    <Announcer>
      <Speaker />
    </Announcer>
  ),
  ConfirmDialog: () => (
    <Opened>
      <ConfirmDialog
        open
        title="Roll back"
        description="The traffic goes back to the deployment of yesterday."
        confirm="Roll back"
        onClose={nothing}
        onConfirm={nothing}
      >
        <Difference
          label="What changes"
          rows={[{ label: "Commit", kind: "changed", before: "a1b2c3d", after: "f6a7b8c" }]}
        />
      </ConfirmDialog>
    </Opened>
  ),
  "ConfirmDialog, a name to type": () => <Remove />,
  "ConfirmDialog, refused": () => (
    <Opened>
      <ConfirmDialog
        open
        isDanger
        title="Remove acme"
        confirm="Remove"
        onClose={nothing}
        onConfirm={nothing}
        error={buildFailed}
      />
    </Opened>
  ),
};

/** What a dialog was opened from. */
function Opened({ children }: { children: ReactNode }) {
  return (
    <div>
      <Button>Opens it</Button>
      {children}
    </div>
  );
}

function Speaker() {
  const { say, alert } = useAnnounce();
  const [count, setCount] = useState(1);
  return (
    <Column>
      <Button
        onClick={() => {
          say(`Sentence ${count}.`);
          setCount(count + 1);
        }}
      >
        Say
      </Button>
      <Button onClick={() => alert("It failed.")}>Alert</Button>
    </Column>
  );
}

function Remove() {
  const [isOpen, setIsOpen] = useState(true);
  const [isRemoved, setIsRemoved] = useState(false);
  return (
    <>
      <Button onClick={() => setIsOpen(true)}>Remove acme</Button>
      <output>{isRemoved ? "removed" : ""}</output>
      <ConfirmDialog
        open={isOpen}
        isDanger
        title="Remove acme"
        description="Its deployments, variables and domains go with it."
        confirm="Remove"
        typeToConfirm="acme"
        onClose={() => setIsOpen(false)}
        onConfirm={() => {
          setIsRemoved(true);
          setIsOpen(false);
        }}
      />
    </>
  );
}
