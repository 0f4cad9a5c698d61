import { Badge, Button, RelativeTime } from "@landfall/react";
import { UserMinus } from "lucide-react";
import { useState } from "react";
import { useAsk, useDo } from "../../ask.ts";
import { Asked } from "../../parts/asked.tsx";
import { DataTable } from "../../parts/data-table.tsx";
import { RadioField } from "../../parts/fields.tsx";
import { ConfirmDialog, FormDialog } from "../../parts/form-dialog.tsx";
import { IconButton, Section } from "../../parts/section.tsx";
import { useMay } from "../../session.ts";
import { isAtMost, type Role, rolesUpTo, roleWord } from "../../parts/roles.ts";

interface Member {
  id: string;
  userId: string;
  name: string;
  email: string;
  role: Role;
  createdAt: string;
}

/** `me` is the id of who looks. */
export function Members({ me, myRole }: { me: string; myRole: Role }) {
  const may = useMay();
  const answer = useAsk(["members"], (client, signal) => client.members.list({}, { signal }));
  const [changing, setChanging] = useState<Member | null>(null);
  const [removing, setRemoving] = useState<Member | null>(null);
  return (
    <Section title="Members">
      <Asked answer={answer} waitsFor="the members">
        {({ members }) => {
          const owners = members.filter(({ role }) => role === "owner").length;
          const isLastOwner = ({ role }: Member): boolean => role === "owner" && owners === 1;
          const isAbove = ({ role }: Member): boolean => !isAtMost(role, myRole);
          return (
            <DataTable
              label="Members"
              rows={members}
              keyOf={({ id }) => id}
              columns={[
                {
                  title: "Name",
                  cell: ({ name, userId }) => (
                    <>
                      {name} {userId === me ? <Badge>You</Badge> : null}
                    </>
                  ),
                },
                { title: "Email", className: "lf:wrap-anywhere", cell: ({ email }) => email },
                { title: "Role", cell: ({ role }) => roleWord(role) },
                { title: "Since", cell: ({ createdAt }) => <RelativeTime at={createdAt} /> },
                ...(may("update:member")
                  ? [
                      {
                        title: "Actions",
                        isTitleHidden: true,
                        className: "lf:@2xl:text-end lf:@2xl:whitespace-nowrap",
                        cell: (member: Member) => (
                          <span className="lf:inline-flex lf:gap-1">
                            <Button
                              look="quiet"
                              aria-label={`Change role: ${member.name}`}
                              unavailable={whyNot(member, { isAbove, isLastOwner })}
                              onClick={() => setChanging(member)}
                            >
                              Change role
                            </Button>
                            {may("delete:member") ? (
                              <IconButton
                                icon={UserMinus}
                                label={`Remove ${member.name}`}
                                unavailable={whyNot(member, { isAbove, isLastOwner })}
                                onClick={() => setRemoving(member)}
                              />
                            ) : null}
                          </span>
                        ),
                      },
                    ]
                  : []),
              ]}
            />
          );
        }}
      </Asked>
      {changing ? (
        <RoleDialog key={changing.id} member={changing} myRole={myRole} onClose={() => setChanging(null)} />
      ) : null}
      <RemoveDialog member={removing} isMe={removing?.userId === me} onClose={() => setRemoving(null)} />
    </Section>
  );
}

function whyNot(
  member: Member,
  { isAbove, isLastOwner }: { isAbove(member: Member): boolean; isLastOwner(member: Member): boolean },
): string | undefined {
  if (isAbove(member)) return "Their role is above yours.";
  return isLastOwner(member) ? "An organisation keeps one owner. Make somebody else an owner first." : undefined;
}

function RoleDialog({ member, myRole, onClose }: { member: Member; myRole: Role; onClose(): void }) {
  const [role, setRole] = useState(member.role);
  const change = useDo((client, to: Role) => client.members.setRole({ id: member.id, role: to }));
  return (
    <FormDialog
      open
      onClose={onClose}
      title={`Role of ${member.name}`}
      submit="Change role"
      unavailable={role === member.role ? `${member.name} has this role.` : undefined}
      doing={change}
      onSubmit={() => void change.run(role).then((done) => (done ? onClose() : undefined))}
    >
      <RadioField label="Role" value={role} choices={rolesUpTo(myRole)} onChoose={(chosen) => setRole(chosen)} />
    </FormDialog>
  );
}

function RemoveDialog({ member, isMe, onClose }: { member: Member | null; isMe: boolean; onClose(): void }) {
  const remove = useDo((client, id: string) => client.members.remove({ id }));
  return (
    <ConfirmDialog
      open={member !== null}
      onClose={onClose}
      title={isMe ? "Leave this organisation?" : `Remove ${member?.name ?? ""}?`}
      description={
        isMe
          ? "You will no longer see its projects. Somebody has to invite you to come back."
          : "They can no longer sign in here, and their keys end. What they deployed stays."
      }
      submit={isMe ? "Leave" : "Remove"}
      doing={remove}
      onSubmit={() => {
        if (member) void remove.run(member.id).then((done) => (done ? onClose() : undefined));
      }}
    />
  );
}
