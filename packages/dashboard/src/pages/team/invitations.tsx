import { Badge, Button, EmptyState, type LandfallClient, RelativeTime } from "@landfall/react";
import { Plus, X } from "lucide-react";
import { useState } from "react";
import { useAsk, useDo } from "../../ask.ts";
import { Asked } from "../../parts/asked.tsx";
import { DataTable } from "../../parts/data-table.tsx";
import { RadioField } from "../../parts/fields.tsx";
import { TextField } from "../../parts/text-field.tsx";
import { ConfirmDialog, FormDialog } from "../../parts/form-dialog.tsx";
import { IconButton, Section } from "../../parts/section.tsx";
import { ShownOnce } from "../../parts/shown-once.tsx";
import { useMay, useWayIn } from "../../session.ts";
import { type Role, rolesUpTo, roleWord } from "../../parts/roles.ts";

/** Who may come in, and has not yet. */
export function Invitations({ myRole }: { myRole: Role }) {
  const may = useMay();
  const answer = useAsk(["invitations"], (client, signal) => client.invitations.list({}, { signal }));
  const [isInviting, setInviting] = useState(false);
  const [cancelling, setCancelling] = useState<{ id: string; email: string } | null>(null);
  const [made, setMade] = useState<Made | null>(null);
  const sendsMail = useWayIn().data?.sendsMail === true;
  const cancel = useDo((client, id: string) => client.invitations.cancel({ id }));
  const invite = (
    <Button onClick={() => setInviting(true)}>
      <Plus aria-hidden size={14} />
      Invite
    </Button>
  );
  return (
    <Section title="Invitations" actions={may("create:invitation") ? invite : undefined}>
      <Asked answer={answer} waitsFor="the invitations" lines={2}>
        {({ invitations }) => {
          const pending = invitations.filter(({ status }) => status === "pending");
          if (pending.length === 0)
            return (
              <EmptyState title="Nobody is invited">
                {sendsMail
                  ? "An invitation is a link, sent to the person by mail."
                  : "An invitation is a link. You send it to the person yourself."}
              </EmptyState>
            );
          return (
            <DataTable
              label="Invitations"
              rows={pending}
              keyOf={({ id }) => id}
              columns={[
                { title: "Email", className: "lf:wrap-anywhere", cell: ({ email }) => email },
                { title: "Role", cell: ({ role }) => roleWord(role) },
                {
                  title: "Ends",
                  cell: ({ expiresAt }) =>
                    Date.parse(expiresAt) < Date.now() ? (
                      <Badge tone="warning">Ended</Badge>
                    ) : (
                      <RelativeTime at={expiresAt} />
                    ),
                },
                {
                  title: "Actions",
                  isTitleHidden: true,
                  className: "lf:@2xl:text-end",
                  cell: ({ id, email }) =>
                    may("delete:invitation") ? (
                      <IconButton
                        icon={X}
                        label={`Take back the invitation of ${email}`}
                        onClick={() => setCancelling({ id, email })}
                      />
                    ) : null,
                },
              ]}
            />
          );
        }}
      </Asked>
      {isInviting ? (
        <InviteDialog
          myRole={myRole}
          onClose={() => setInviting(false)}
          sendsMail={sendsMail}
          onInvited={(invited) => {
            setInviting(false);
            setMade(invited);
          }}
        />
      ) : null}
      <ShownOnce
        text={made?.link ?? null}
        onClose={() => setMade(null)}
        title="Invitation link"
        label="link"
        description={`${
          made?.isMailed ? `It was mailed to ${made.email}; you can send it yourself too.` : "Send it to the person."
        } Whoever opens it with that address joins your organisation.`}
      />
      <ConfirmDialog
        open={cancelling !== null}
        onClose={() => setCancelling(null)}
        title={`Take back the invitation of ${cancelling?.email ?? ""}?`}
        description="The link stops working."
        submit="Take back"
        doing={cancel}
        onSubmit={() => {
          if (cancelling) void cancel.run(cancelling.id).then((done) => (done ? setCancelling(null) : undefined));
        }}
      />
    </Section>
  );
}

type Made = Pick<Awaited<ReturnType<LandfallClient["invitations"]["create"]>>, "link" | "email" | "isMailed">;

function InviteDialog({
  myRole,
  sendsMail,
  onClose,
  onInvited,
}: {
  myRole: Role;
  sendsMail: boolean;
  onClose(): void;
  onInvited(made: Made): void;
}) {
  const [email, setEmail] = useState("");
  const [role, setRole] = useState<Role>("developer");
  const invite = useDo((client, input: { email: string; role: Role }) => client.invitations.create(input));
  return (
    <FormDialog
      open
      onClose={onClose}
      title="Invite somebody"
      description={`${
        sendsMail ? "They get a link by mail, and you see it too." : "You get a link to send."
      } It works once, for this address, for seven days.`}
      submit={sendsMail ? "Invite" : "Make the link"}
      unavailable={email.trim() === "" ? "Type an email address first." : undefined}
      doing={invite}
      onSubmit={() =>
        void invite.run({ email: email.trim(), role }).then((made) => (made ? onInvited(made) : undefined))
      }
    >
      <TextField
        label="Email"
        type="email"
        autoComplete="off"
        value={email}
        onChange={(event) => setEmail(event.target.value)}
      />
      <RadioField label="Role" value={role} choices={rolesUpTo(myRole)} onChoose={(chosen) => setRole(chosen)} />
    </FormDialog>
  );
}
