import { CopyField, EmptyState, ErrorPanel, errorReportOf, Skeleton, useLandfall } from "@landfall/react";
import { Link } from "@tanstack/react-router";
import { useHashToken } from "../parts/hash-token.ts";
import { accountFields } from "../parts/account-fields.ts";
import { RuleForm } from "../parts/rule-form.tsx";
import { present } from "../parts/rules.ts";
import { signIn, useWayIn } from "../session.ts";
import { Bare } from "../shell/bare.tsx";

export function SetupPage() {
  const token = useHashToken();
  const wayIn = useWayIn();
  if (wayIn.error && !wayIn.data)
    return (
      <Bare title="Set up Landfall">
        <ErrorPanel error={wayIn.error} onRetry={wayIn.again} />
      </Bare>
    );
  if (!wayIn.data)
    return (
      <Bare title="Set up Landfall">
        <Skeleton waitsFor="the server" />
      </Bare>
    );
  if (!wayIn.data.needed)
    return (
      <Bare title="Landfall is set up already">
        <EmptyState title="Somebody has the first account" action={<Link to="/sign-in">Sign in</Link>}>
          Others come in by an invitation.
        </EmptyState>
      </Bare>
    );
  if (token === "") return <NoToken />;
  return (
    <Bare title="Set up Landfall" description="Make the first account. It owns this server and invites the others.">
      <SetupForm token={token} />
    </Bare>
  );
}

function NoToken() {
  return (
    <Bare title="Set up Landfall" description="The first account is made with an address that works once.">
      <p className="lf:mb-3">
        Whoever started the server sees it in the terminal; it ends in <code>/setup#</code> and a token. Start the
        server again for a new one:
      </p>
      <CopyField text="landfall serve" label="command that starts the server" />
    </Bare>
  );
}

function SetupForm({ token }: { token: string }) {
  const { client } = useLandfall();
  return (
    <RuleForm
      autoFocus
      submit="Make the account"
      submitting="Making the account"
      fields={[
        ...accountFields,
        {
          name: "organization",
          label: "Organisation",
          autoComplete: "organization",
          hint: "Projects belong to it. It can be renamed.",
          rule: present("a name for your organisation"),
        },
      ]}
      onSubmit={async ({ name = "", email = "", password = "", organization = "" }) => {
        const address = email.trim().toLowerCase();
        try {
          await client.setup.run({ token, name, email: address, password, organization });
        } catch (error) {
          const report = errorReportOf(error);
          if (report.code !== "NOT_FOUND") return report;
          return {
            code: report.code,
            what: "This address was used before, or a newer one was printed.",
            next: "Open the address the server printed last; restarting it prints a new one.",
          };
        }
        const error = await signIn(address, password);
        location.assign(error === null ? "/" : "/sign-in");
        return null;
      }}
    />
  );
}
