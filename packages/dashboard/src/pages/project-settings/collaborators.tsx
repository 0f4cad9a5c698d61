/** People with a role in this project, besides what they may do in the whole organisation. */
import { Button, EmptyState, type LandfallClient, RelativeTime } from "@landfall/react";
import { Plus, UserMinus } from "lucide-react";
import { useState } from "react";
import { useAsk, useDo } from "../../ask.ts";
import { Asked } from "../../parts/asked.tsx";
import { DataTable } from "../../parts/data-table.tsx";
import { RadioField, SelectField } from "../../parts/fields.tsx";
import { ConfirmDialog, FormDialog } from "../../parts/form-dialog.tsx";
import { IconButton, Section } from "../../parts/section.tsx";
import { TextField } from "../../parts/text-field.tsx";
import { useMay, useMe } from "../../session.ts";
import { isAtMost, type ProjectRole, projectRolesUpTo, type Role, roleWord } from "../../parts/roles.ts";

type Collaborator = Awaited<ReturnType<LandfallClient["collaborators"]["list"]>>["collaborators"][number];

type Open = { kind: "add" } | { kind: "change" | "remove"; one: Collaborator };

export function Collaborators({ project }: { project: string }) {
  const answer = useAsk(["collaborators", project], (client, signal) =>
    client.collaborators.list({ project }, { signal }),
  );
  const myRole = useRoleIn(project);
  const [open, setOpen] = useState<Open | null>(null);
  const close = (): void => setOpen(null);
  const whyNot = ({ role }: Collaborator): string | undefined =>
    isAtMost(role, myRole) ? undefined : "Their role is above yours.";
  return (
    <Section
      title="Collaborators"
      description="A role in this project alone, besides the one in the organisation."
      actions={
        <Button onClick={() => setOpen({ kind: "add" })}>
          <Plus aria-hidden size={14} />
          Add a collaborator
        </Button>
      }
    >
      <Asked answer={answer} waitsFor="the collaborators" lines={2}>
        {({ collaborators }) =>
          collaborators.length === 0 ? (
            <EmptyState title="Nobody has a role in this project alone">
              Members of the organisation have theirs. Invite somebody as a guest to let them see this project and no
              other.
            </EmptyState>
          ) : (
            <DataTable
              label="Collaborators"
              rows={collaborators}
              keyOf={({ userId }) => userId}
              columns={[
                { title: "Name", cell: ({ name }) => name },
                { title: "Email", className: "lf:wrap-anywhere", cell: ({ email }) => email },
                { title: "Role here", cell: ({ role }) => roleWord(role) },
                { title: "Since", cell: ({ createdAt }) => <RelativeTime at={createdAt} /> },
                {
                  title: "Actions",
                  isTitleHidden: true,
                  className: "lf:@2xl:text-end lf:@2xl:whitespace-nowrap",
                  cell: (one) => (
                    <span className="lf:inline-flex lf:gap-1">
                      <Button
                        look="quiet"
                        aria-label={`Change role here: ${one.name}`}
                        unavailable={whyNot(one)}
                        onClick={() => setOpen({ kind: "change", one })}
                      >
                        Change role
                      </Button>
                      <IconButton
                        icon={UserMinus}
                        label={`Remove ${one.name} from the project`}
                        unavailable={whyNot(one)}
                        onClick={() => setOpen({ kind: "remove", one })}
                      />
                    </span>
                  ),
                },
              ]}
            />
          )
        }
      </Asked>
      {open?.kind === "add" ? (
        <AddDialog
          project={project}
          myRole={myRole}
          there={new Set(answer.data?.collaborators.map(({ userId }) => userId))}
          onClose={close}
        />
      ) : null}
      {open?.kind === "change" ? <RoleDialog project={project} myRole={myRole} one={open.one} onClose={close} /> : null}
      {open?.kind === "remove" ? <RemoveDialog project={project} one={open.one} onClose={close} /> : null}
    </Section>
  );
}

/** The stronger of one's two roles; the weakest until it is known. */
function useRoleIn(project: string): Role {
  const { data } = useMe();
  const whole = data?.organization?.role ?? "guest";
  const here = data?.projects.find(({ name }) => name === project)?.role ?? "guest";
  return isAtMost(here, whole) ? whole : here;
}

interface DialogProps {
  project: string;
  myRole: Role;
  onClose(): void;
}

function AddDialog({ project, myRole, there, onClose }: DialogProps & { there: ReadonlySet<string> }) {
  const maySeeMembers = useMay()("read:member");
  const members = useAsk(["members"], (client, signal) => client.members.list({}, { signal }), {
    enabled: maySeeMembers,
  });
  const [userId, setUserId] = useState("");
  const [email, setEmail] = useState("");
  const [role, setRole] = useState<ProjectRole>("developer");
  const add = useDo((client, who: { userId: string } | { email: string }) =>
    client.collaborators.set({ project, role, ...who }),
  );
  const who = maySeeMembers ? userId : email.trim();
  return (
    <FormDialog
      open
      onClose={onClose}
      title={`Add a collaborator to ${project}`}
      description="A member of the organisation. Who is none is invited first, on the page Team."
      submit="Add"
      unavailable={who !== "" ? undefined : maySeeMembers ? "Choose somebody first." : "Type an email address first."}
      doing={add}
      onSubmit={() =>
        void add.run(maySeeMembers ? { userId } : { email: who }).then((done) => (done ? onClose() : undefined))
      }
    >
      {maySeeMembers ? (
        <SelectField
          label="Member"
          value={userId}
          choices={[
            { value: "", label: "Choose somebody" },
            ...(members.data?.members ?? [])
              .filter((one) => !there.has(one.userId))
              .map((one) => ({ value: one.userId, label: `${one.name} (${one.email}), ${roleWord(one.role)}` })),
          ]}
          onChange={(event) => setUserId(event.target.value)}
        />
      ) : (
        <TextField
          label="Email"
          type="email"
          autoComplete="off"
          value={email}
          onChange={(event) => setEmail(event.target.value)}
        />
      )}
      <RadioField
        label="Role here"
        value={role}
        choices={projectRolesUpTo(myRole)}
        onChoose={(chosen) => setRole(chosen)}
      />
    </FormDialog>
  );
}

function RoleDialog({ project, myRole, one, onClose }: DialogProps & { one: Collaborator }) {
  const [role, setRole] = useState<ProjectRole>(one.role);
  const change = useDo((client) => client.collaborators.set({ project, userId: one.userId, role }));
  return (
    <FormDialog
      open
      onClose={onClose}
      title={`Role of ${one.name} in ${project}`}
      submit="Change role"
      unavailable={role === one.role ? `${one.name} has this role.` : undefined}
      doing={change}
      onSubmit={() => void change.run(undefined).then((done) => (done ? onClose() : undefined))}
    >
      <RadioField
        label="Role here"
        value={role}
        choices={projectRolesUpTo(myRole)}
        onChoose={(chosen) => setRole(chosen)}
      />
    </FormDialog>
  );
}

function RemoveDialog({ project, one, onClose }: Omit<DialogProps, "myRole"> & { one: Collaborator }) {
  const remove = useDo((client) => client.collaborators.remove({ project, userId: one.userId }));
  return (
    <ConfirmDialog
      open
      onClose={onClose}
      title={`Remove ${one.name} from ${project}?`}
      description="What they may do in the whole organisation stays. What they deployed stays."
      submit="Remove"
      doing={remove}
      onSubmit={() => void remove.run(undefined).then((done) => (done ? onClose() : undefined))}
    />
  );
}
