/** Whoever has forgotten their password asks for a link to a new one; without mail, it says who can make them one. */
import { CopyField, ErrorPanel, Skeleton } from "@landfall/react";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { RuleForm } from "../parts/rule-form.tsx";
import { isEmail } from "../parts/rules.ts";
import { askNewPassword, useWayIn } from "../session.ts";
import { Bare } from "../shell/bare.tsx";

export function ForgotPasswordPage() {
  const wayIn = useWayIn();
  const [sentTo, setSentTo] = useState<string | null>(null);
  if (sentTo !== null) return <Sent to={sentTo} onAgain={() => setSentTo(null)} />;
  if (!wayIn.data)
    return (
      <Bare title="Forgot your password?">
        {wayIn.error ? <ErrorPanel error={wayIn.error} onRetry={wayIn.again} /> : <Skeleton waitsFor="the server" />}
      </Bare>
    );
  if (!wayIn.data.sendsMail) return <AskAnOwner />;
  return (
    <Bare title="Forgot your password?" description="You get a link by mail to choose a new one.">
      <RuleForm
        autoFocus
        submit="Send the link"
        submitting="Sending the link"
        fields={[{ name: "email", label: "Email", type: "email", autoComplete: "username", rule: isEmail }]}
        onSubmit={async ({ email = "" }) => {
          const address = email.trim().toLowerCase();
          const error = await askNewPassword(address);
          if (error === null) setSentTo(address);
          return error;
        }}
      />
      <BackToSignIn />
    </Bare>
  );
}

/** Says the same whether or not there is such an account. */
function Sent({ to, onAgain }: { to: string; onAgain(): void }) {
  return (
    <Bare title="Look in your mail">
      {/* The button that was pressed is gone: reading goes on here. */}
      <div ref={focus} tabIndex={-1} role="status" className="lf:wrap-anywhere lf:outline-none">
        <p>
          If there is an account with {to}, a link is on its way to it. The link is good for one hour, once. Look among
          unwanted mail too.
        </p>
      </div>
      <p className="lf:mt-6 lf:text-muted">
        Nothing came?{" "}
        <button type="button" className="lf:min-h-6 lf:cursor-pointer lf:text-link lf:underline" onClick={onAgain}>
          Try another address
        </button>
      </p>
      <BackToSignIn />
    </Bare>
  );
}

function AskAnOwner() {
  return (
    <Bare title="Forgot your password?" description="This server sends no mail.">
      <p className="lf:mb-3">
        An owner can make you a link to choose a new password with, on the machine the server runs on:
      </p>
      <CopyField text="landfall reset-password you@example.com" label="command that makes the link" />
      <p className="lf:mt-3">The link is good for one hour, once.</p>
      <BackToSignIn />
    </Bare>
  );
}

function BackToSignIn() {
  return (
    <p className="lf:mt-6">
      <Link to="/sign-in" className="lf:inline-block lf:min-h-6 lf:text-link lf:underline">
        Back to sign in
      </Link>
    </p>
  );
}

function focus(element: HTMLElement | null): void {
  element?.focus();
}
