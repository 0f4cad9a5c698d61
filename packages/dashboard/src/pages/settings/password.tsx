import { Button, ErrorPanel, type ErrorReport } from "@landfall/react";
import { type FormEvent, useState } from "react";
import { TextField } from "../../parts/text-field.tsx";
import { Card, Notice, Section } from "../../parts/section.tsx";
import { changePassword } from "../../session.ts";

/** As the server asks for it. */
const shortest = 12;

export function PasswordForm({ email }: { email: string }) {
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const [wasSent, setSent] = useState(false);
  const [isRunning, setRunning] = useState(false);
  const [outcome, setOutcome] = useState<{ error: ErrorReport | null } | null>(null);
  const isShort = next.length < shortest;
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setSent(true);
    setOutcome(null);
    if (isRunning || current === "" || isShort) return;
    setRunning(true);
    const error = await changePassword(current, next);
    setRunning(false);
    setOutcome({ error });
    if (error) return;
    setCurrent("");
    setNext("");
    setSent(false);
  };
  return (
    <Section title="Password" description="Changing it signs you out everywhere else.">
      <Card>
        <form noValidate className="lf:grid lf:max-w-md lf:gap-4" onSubmit={(event) => void submit(event)}>
          {outcome?.error ? <ErrorPanel error={outcome.error} isNew /> : null}
          {outcome && !outcome.error ? <Notice tone="success">Your password is changed.</Notice> : null}
          {/* Password managers look for whose it is. */}
          <input type="text" name="username" autoComplete="username" value={email} readOnly hidden />
          <TextField
            label="Present password"
            type="password"
            autoComplete="current-password"
            value={current}
            fault={wasSent && current === "" ? "Type the password you sign in with now." : undefined}
            onChange={(event) => setCurrent(event.target.value)}
          />
          <TextField
            label="New password"
            type="password"
            autoComplete="new-password"
            hint={`${shortest} characters or more.`}
            value={next}
            fault={wasSent && isShort ? `Type ${shortest} characters or more.` : undefined}
            onChange={(event) => setNext(event.target.value)}
          />
          <div>
            <Button type="submit" unavailable={isRunning ? "It is being changed." : undefined}>
              Change password
            </Button>
          </div>
        </form>
      </Card>
    </Section>
  );
}
