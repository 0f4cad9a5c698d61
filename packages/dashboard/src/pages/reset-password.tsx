/** A new password is chosen, with the link that came by mail or from an owner. */
import { EmptyState } from "@landfall/react";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { newPasswordField } from "../parts/account-fields.ts";
import { useHashToken } from "../parts/hash-token.ts";
import { RuleForm } from "../parts/rule-form.tsx";
import { Notice } from "../parts/section.tsx";
import { SignInForm } from "../parts/sign-in-form.tsx";
import { resetPassword } from "../session.ts";
import { Bare } from "../shell/bare.tsx";

export function ResetPasswordPage() {
  const { token, email } = partsOf(useHashToken());
  const [isDone, setDone] = useState(false);
  if (token === "")
    return (
      <Bare title="Choose a new password">
        <EmptyState
          title="This address has no password link in it"
          action={<Link to="/forgot-password">Ask for a link</Link>}
        >
          Open the link once more as it was sent to you; its end, behind the #, is needed.
        </EmptyState>
      </Bare>
    );
  if (isDone)
    return (
      <Bare title="Sign in">
        <Notice tone="success">
          Your password is changed. You are signed out everywhere; sign in with the new one.
        </Notice>
        <SignInForm email={email} onDone={() => location.assign("/")} />
      </Bare>
    );
  return (
    <Bare title="Choose a new password" {...(email === "" ? {} : { description: `For ${email}.` })}>
      <RuleForm
        autoFocus
        account={email}
        submit="Change the password"
        submitting="Changing the password"
        fields={[{ ...newPasswordField, label: "New password" }]}
        onSubmit={async ({ password = "" }) => {
          const error = await resetPassword(token, password);
          if (error === null) setDone(true);
          return error;
        }}
      />
      <p className="lf:mt-6 lf:text-muted">
        Does the link not work?{" "}
        <Link to="/forgot-password" className="lf:inline-block lf:min-h-6 lf:text-link lf:underline">
          Ask for a new one
        </Link>
      </p>
    </Bare>
  );
}

/** `<token>:<address>`; the address is for their password manager, and the server takes none from here. */
function partsOf(text: string): { token: string; email: string } {
  const [, token = "", email = ""] = /^([^:]*):?(.*)$/.exec(text) ?? [];
  return { token, email };
}
