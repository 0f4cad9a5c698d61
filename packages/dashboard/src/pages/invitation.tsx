import {
  Button,
  EmptyState,
  type ErrorReport,
  ErrorPanel,
  errorReportOf,
  Skeleton,
  useLandfall,
} from "@landfall/react";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useHashToken } from "../parts/hash-token.ts";
import { accountFields } from "../parts/account-fields.ts";
import { RuleForm } from "../parts/rule-form.tsx";
import { SignInForm } from "../parts/sign-in-form.tsx";
import { chooseOrganization, signIn, signOut, useMe } from "../session.ts";
import { Bare } from "../shell/bare.tsx";

export function InvitationPage() {
  const token = useHashToken();
  if (token !== "") return <Invited token={token} />;
  return (
    <Bare title="Invitation">
      <EmptyState title="This address has no invitation in it" action={<Link to="/">Go to your projects</Link>}>
        Open the link once more as it was sent to you; its end, behind the #, is needed.
      </EmptyState>
    </Bare>
  );
}

function Invited({ token }: { token: string }) {
  const me = useMe();
  if (me.data) return <AsMyself token={token} email={me.data.user.email} />;
  if (me.error) return <AsSomebodyNew token={token} />;
  return (
    <Bare title="Invitation">
      <Skeleton waitsFor="the server" />
    </Bare>
  );
}

/** Accepts, and opens the organisation. Null when it went well. */
function useAccept(token: string): (person?: { name: string; password: string }) => Promise<ErrorReport | null> {
  const { client } = useLandfall();
  return async (person) => {
    try {
      const { organization } = await client.invitations.accept({ token, ...person });
      chooseOrganization(organization);
      return null;
    } catch (error) {
      const report = errorReportOf(error);
      if (report.code !== "NOT_FOUND") return report;
      return {
        code: report.code,
        what: "This invitation was used, withdrawn, or has ended.",
        next: "Ask whoever sent it for a new one.",
      };
    }
  };
}

/** With the token, which has gone from the address, back in it: for whoever is signed in then. */
function openAgain(token: string): void {
  location.replace(`/invitation#${token}`);
  location.reload();
}

function AsMyself({ token, email }: { token: string; email: string }) {
  const accept = useAccept(token);
  const [error, setError] = useState<ErrorReport | null>(null);
  const [isRunning, setRunning] = useState(false);
  async function join(): Promise<void> {
    setRunning(true);
    const refused = await accept();
    if (refused === null) return location.assign("/");
    setRunning(false);
    setError(refused);
  }
  return (
    <Bare title="You are invited" description={`You are signed in as ${email}.`}>
      <div className="lf:flex lf:flex-col lf:gap-3">
        {error === null ? null : <ErrorPanel error={error} isNew />}
        <Button
          look="primary"
          className="lf:min-h-9"
          {...(isRunning ? { unavailable: "Joining" } : {})}
          onClick={() => void join()}
        >
          Join the organisation
        </Button>
        <Button onClick={() => void signOut().then(() => openAgain(token))}>Use another account</Button>
      </div>
    </Bare>
  );
}

function AsSomebodyNew({ token }: { token: string }) {
  const accept = useAccept(token);
  const [hasAccount, setHasAccount] = useState(false);
  if (hasAccount)
    return (
      <Bare title="Sign in to join" description="With the address the invitation was sent to.">
        <SignInForm onDone={() => openAgain(token)} />
      </Bare>
    );
  return (
    <Bare title="You are invited" description="Make an account for the address the invitation was sent to.">
      <RuleForm
        autoFocus
        submit="Make the account and join"
        submitting="Joining"
        fields={accountFields}
        onSubmit={async ({ name = "", email = "", password = "" }) => {
          const refused = await accept({ name, password });
          if (refused?.code === "UNAUTHORIZED") setHasAccount(true);
          if (refused !== null) return refused;
          // The account has the address of the invitation, whatever was typed here.
          const error = await signIn(email.trim().toLowerCase(), password);
          location.assign(error === null ? "/" : "/sign-in");
          return null;
        }}
      />
      <Button look="quiet" className="lf:mt-4 lf:w-full" onClick={() => setHasAccount(true)}>
        I have an account already
      </Button>
    </Bare>
  );
}
