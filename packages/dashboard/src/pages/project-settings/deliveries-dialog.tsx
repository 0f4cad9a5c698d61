/** What a place was told lately: when, of what, and what came of it. */
import { Button, Dialog, EmptyState, ErrorPanel, RelativeTime } from "@landfall/react";
import { Link } from "@tanstack/react-router";
import { useAsk, useDo } from "../../ask.ts";
import { Asked } from "../../parts/asked.tsx";
import { useMay } from "../../session.ts";
import { DeliveryState, type Notification, type NotificationPlace } from "./notification-words.tsx";

const lookEveryMs = 5_000;

const eventWord: Record<Notification["event"], string> = {
  succeeded: "Deployment succeeded",
  failed: "Deployment failed",
  cancelled: "Deployment cancelled",
  test: "Test message",
};

export interface DeliveriesDialogProps {
  project: string;
  place: NotificationPlace;
  onClose(): void;
}

export function DeliveriesDialog({ project, place: { id, name }, onClose }: DeliveriesDialogProps) {
  const answer = useAsk(
    ["deliveries", project, id],
    (client, signal) => client.notifications.deliveries({ project, id, limit: 50 }, { signal }),
    { everyMs: lookEveryMs },
  );
  const mayResend = useMay()("update:notification");
  const resend = useDo((client, delivery: string) => client.notifications.resend({ project, id, delivery }));
  return (
    <Dialog
      open
      wide
      initialFocus="title"
      onClose={onClose}
      title={`What ${name} was told`}
      description="Newest first, kept for 30 days. What is not taken is tried again for about a day."
    >
      {resend.error ? <ErrorPanel error={resend.error} isNew /> : null}
      <Asked answer={answer} waitsFor="the messages">
        {({ deliveries }) =>
          deliveries.length === 0 ? (
            <EmptyState title="Nothing yet">
              The next deployment that it hears of is told, or a test message.
            </EmptyState>
          ) : (
            <ol className="lf:m-0 lf:list-none lf:p-0">
              {deliveries.map((one) => (
                <li key={one.id} className="lf:border-t lf:border-line lf:py-2 lf:first:border-t-0">
                  <p className="lf:m-0 lf:flex lf:flex-wrap lf:items-center lf:gap-x-2 lf:gap-y-1">
                    <DeliveryState delivery={one} />
                    {one.deployment === null ? (
                      <span>{eventWord[one.event]}</span>
                    ) : (
                      <Link to="/p/$project/deployments/$id" params={{ project, id: one.deployment }}>
                        {eventWord[one.event]}
                      </Link>
                    )}
                    <span className="lf:text-xs lf:text-muted">
                      <RelativeTime at={one.createdAt} />
                    </span>
                    {mayResend ? (
                      <Button
                        look="quiet"
                        className="lf:ms-auto"
                        aria-label={`Send again: ${eventWord[one.event]}`}
                        unavailable={resend.isRunning ? "One is being sent again." : undefined}
                        onClick={() => void resend.run(one.id)}
                      >
                        Send again
                      </Button>
                    ) : null}
                  </p>
                  <p className="lf:m-0 lf:text-sm lf:break-words lf:text-muted">
                    {one.outcome ?? "Not tried yet."}
                    {one.attempts > 1 ? ` Try ${one.attempts}.` : ""}
                    {one.nextTryAt === null || one.attempts === 0 ? null : (
                      <>
                        {" "}
                        Next try <RelativeTime at={one.nextTryAt} />.
                      </>
                    )}
                  </p>
                </li>
              ))}
            </ol>
          )
        }
      </Asked>
    </Dialog>
  );
}
