/** What one is told by mail of deployments one started oneself. */
import { ErrorPanel } from "@landfall/react";
import { useState } from "react";
import { useAsk, useDo } from "../../ask.ts";
import { Asked } from "../../parts/asked.tsx";
import { CheckField } from "../../parts/fields.tsx";
import { Card, Section } from "../../parts/section.tsx";

const events = ["failed", "succeeded"] as const;
type Event = (typeof events)[number];

const labels: Record<Event, string> = {
  failed: "When one failed",
  succeeded: "When one succeeded",
};

export function OwnNotifications() {
  const answer = useAsk(["own-notifications"], (client, signal) => client.ownNotifications.get({}, { signal }));
  const save = useDo((client, chosen: Event[]) => client.ownNotifications.save({ events: chosen }), {
    answers: ["own-notifications"],
  });
  // What was chosen this moment is shown while it is on its way.
  const [chosen, setChosen] = useState<readonly Event[] | null>(null);
  const choose = async (next: Event[]): Promise<void> => {
    setChosen(next);
    await save.run(next);
    setChosen(null);
  };
  return (
    <Section
      title="Notifications"
      description="Of deployments you started yourself. Whom a project tells is in its own settings."
    >
      <Card>
        <Asked answer={answer} waitsFor="what you are told" lines={2}>
          {({ address, sendsMail, events: saved }) =>
            sendsMail ? (
              <fieldset className="lf:min-w-0">
                <legend className="lf:mb-1 lf:text-sm lf:font-medium lf:[overflow-wrap:anywhere]">
                  By mail to {address}
                </legend>
                {save.error ? (
                  <div className="lf:mb-2">
                    <ErrorPanel error={save.error} isNew />
                  </div>
                ) : null}
                <div className="lf:grid lf:gap-2">
                  {events.map((event) => {
                    const all = chosen ?? saved;
                    return (
                      <CheckField
                        key={event}
                        label={labels[event]}
                        checked={all.includes(event)}
                        onChange={({ target: { checked } }) =>
                          void choose(events.filter((one) => (one === event ? checked : all.includes(one))))
                        }
                      />
                    );
                  })}
                </div>
              </fieldset>
            ) : (
              <p className="lf:text-sm lf:text-muted">
                This server sends no mail. Whoever runs it sets LANDFALL_SMTP_URL and LANDFALL_MAIL_FROM.
              </p>
            )
          }
        </Asked>
      </Card>
    </Section>
  );
}
