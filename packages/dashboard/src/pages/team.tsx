/** The organisation: its people, who is invited, its keys, its name. */
import { useMay, useMe } from "../session.ts";
import { Asked } from "../parts/asked.tsx";
import { ApiKeys } from "../parts/api-keys.tsx";
import { Page } from "../shell/page.tsx";
import { Invitations } from "./team/invitations.tsx";
import { Members } from "./team/members.tsx";
import { Organizations } from "./team/organizations.tsx";
import { SharedValues } from "./team/shared-values.tsx";

export function TeamPage() {
  const me = useMe();
  const may = useMay();
  return (
    <Page
      title="Team"
      description={me.data?.organization ? `People and keys of ${me.data.organization.name}.` : "People and keys."}
    >
      <Asked answer={me} waitsFor="who you are">
        {({ user, organization }) => (
          <>
            {organization === null || !may("read:member") ? null : <Members me={user.id} myRole={organization.role} />}
            {may("read:invitation") && organization ? <Invitations myRole={organization.role} /> : null}
            {may("read:shared") ? <SharedValues /> : null}
            <ApiKeys />
            <Organizations current={organization?.id ?? null} />
          </>
        )}
      </Asked>
    </Page>
  );
}
