/** A read-only address for people without an account. It is said once; ending takes all of them back. */
import { Button, CopyField, Dialog, ErrorPanel } from "@landfall/react";
import { useState } from "react";
import { useDo } from "../../ask.ts";
import { useOfflineReason } from "../../parts/deployment-offline.tsx";

export interface ShareDialogProps {
  /** Of the deployment; null: closed. */
  id: string | null;
  onClose(): void;
}

export function ShareDialog({ id, onClose }: ShareDialogProps) {
  return id === null ? null : <OpenDialog id={id} onClose={onClose} />;
}

function OpenDialog({ id, onClose }: { id: string; onClose(): void }) {
  const share = useDo((client) => client.deployments.share({ id }));
  const end = useDo((client) => client.deployments.unshare({ id }));
  const [shared, setShared] = useState<{ url: string; expiresAt: string } | null>(null);
  const [hasEnded, setHasEnded] = useState(false);
  const offline = useOfflineReason();
  const unavailable = share.isRunning || end.isRunning ? "It is being asked." : offline;
  const error = share.error ?? end.error;
  const makeAddress = async (): Promise<void> => {
    end.reset();
    const made = await share.run(undefined);
    if (made === undefined) return;
    setShared(made);
    setHasEnded(false);
  };
  const endSharing = async (): Promise<void> => {
    share.reset();
    if ((await end.run(undefined)) === undefined) return;
    setShared(null);
    setHasEnded(true);
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title="Share this deployment"
      description="Whoever has the address sees the status, the steps and the log, and can change nothing."
    >
      {error === null ? null : <ErrorPanel error={error} isNew />}
      {shared === null ? null : (
        <>
          <CopyField text={new URL(shared.url, location.origin).href} label="shared address" />
          <p className="lf:mt-2 lf:text-muted">
            It works until {new Date(shared.expiresAt).toLocaleDateString(undefined, { dateStyle: "long" })}. It is
            shown this once.
          </p>
        </>
      )}
      <p role="status">{hasEnded ? "No address of this deployment works any more." : ""}</p>
      <div className="lf:mt-4 lf:flex lf:flex-wrap lf:gap-2">
        <Button unavailable={unavailable} onClick={() => void endSharing()}>
          End sharing
        </Button>
        <Button look="primary" unavailable={unavailable} onClick={() => void makeAddress()}>
          Make an address
        </Button>
      </div>
    </Dialog>
  );
}
