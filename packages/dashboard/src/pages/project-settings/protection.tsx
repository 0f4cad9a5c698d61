/** Who sees what Landfall's own machines serve of the project. What changes is shown before it does, and is in force at once. */
import { Button, Difference, type DifferenceRow, type LandfallClient, NewTab } from "@landfall/react";
import { type FormEvent, useState } from "react";
import { useAsk, useDo } from "../../ask.ts";
import { Asked } from "../../parts/asked.tsx";
import { word } from "../../parts/command-word.ts";
import { RadioField } from "../../parts/fields.tsx";
import { FormDialog } from "../../parts/form-dialog.tsx";
import { Card, Notice, Section } from "../../parts/section.tsx";
import { TextField } from "../../parts/text-field.tsx";

type Stored = Awaited<ReturnType<LandfallClient["projects"]["protection"]["get"]>>;
type Scope = Stored["scope"];

const scopes: Record<Scope, { label: string; hint: string }> = {
  off: { label: "Nowhere", hint: "Everything is open to everybody." },
  preview: { label: "Previews", hint: "All environments but production." },
  all: { label: "Everything", hint: "Production too." },
};

export function Protection({ project, mayChange }: { project: string; mayChange: boolean }) {
  const answer = useAsk(["protection", project], (client, signal) =>
    client.projects.protection.get({ project }, { signal }),
  );
  return (
    <Section
      title="Protection"
      description="A password for visitors of what Landfall's own machines serve. Browsers ask for it; any name will do."
    >
      <Asked answer={answer} waitsFor="the protection" lines={3}>
        {(stored) => (
          <>
            <ProtectionForm project={project} stored={stored} mayChange={mayChange} />
            {stored.elsewhere.map(({ platform, name, where, help }) => (
              <p key={platform} className="lf:mt-3 lf:mb-0 lf:text-sm lf:text-muted">
                On {name} it is the platform that keeps strangers out. {where}{" "}
                <a href={help} target="_blank" rel="noreferrer">
                  How {name} describes it
                  <NewTab />
                </a>
              </p>
            ))}
          </>
        )}
      </Asked>
    </Section>
  );
}

function ProtectionForm({ project, stored, mayChange }: { project: string; stored: Stored; mayChange: boolean }) {
  const [chosen, setChosen] = useState<Scope | null>(null);
  const [password, setPassword] = useState("");
  /** As it was when somebody asked for the difference: what is seen is what is saved. */
  const [before, setBefore] = useState<Stored | null>(null);
  const [isSaved, setSaved] = useState(false);
  const scope = chosen ?? stored.scope;
  const isFirst = stored.scope === "off";
  const isChanged = scope !== stored.scope || (scope !== "off" && password !== "");
  const whyNot = !isChanged
    ? "Nothing is changed."
    : scope !== "off" && isFirst && password === ""
      ? "Type the password first."
      : undefined;
  if (!mayChange)
    return (
      <Card>
        <p className="lf:m-0">
          {scopes[stored.scope].label}. {scopes[stored.scope].hint}
        </p>
      </Card>
    );
  return (
    <>
      <form
        noValidate
        onSubmit={(event: FormEvent) => {
          event.preventDefault();
          if (whyNot === undefined) setBefore(stored);
        }}
      >
        <Card>
          <div className="lf:grid lf:max-w-xl lf:gap-4">
            <RadioField<Scope>
              label="Where a password is asked for"
              value={scope}
              choices={(Object.keys(scopes) as Scope[]).map((value) => ({ value, ...scopes[value] }))}
              onChoose={(value) => {
                setSaved(false);
                setChosen(value);
              }}
            />
            {scope === "off" ? null : (
              <TextField
                label="Password"
                type="password"
                autoComplete="new-password"
                hint={isFirst ? "At least 8 characters." : "Empty: it stays as it is. At least 8 characters."}
                value={password}
                onChange={(event) => {
                  setSaved(false);
                  setPassword(event.target.value);
                }}
              />
            )}
            <div>
              <Button type="submit" unavailable={whyNot}>
                Save protection
              </Button>
            </div>
          </div>
        </Card>
      </form>
      {isSaved ? <Notice tone="success">Saved. It is in force now.</Notice> : null}
      {before ? (
        <SaveProtectionDialog
          project={project}
          before={before}
          scope={scope}
          password={scope === "off" || password === "" ? undefined : password}
          onClose={() => setBefore(null)}
          onSaved={() => {
            setBefore(null);
            setChosen(null);
            setPassword("");
            setSaved(true);
          }}
        />
      ) : null}
    </>
  );
}

interface SaveProtectionDialogProps {
  project: string;
  before: Stored;
  scope: Scope;
  password: string | undefined;
  onClose(): void;
  onSaved(): void;
}

function SaveProtectionDialog({ project, before, scope, password, onClose, onSaved }: SaveProtectionDialogProps) {
  const save = useDo(
    (client) =>
      client.projects.protection.set({
        project,
        scope,
        expect: before.version,
        ...(password === undefined ? {} : { password }),
      }),
    { answers: ["protection", project] },
  );
  const rows: DifferenceRow[] = [
    ...(scope === before.scope
      ? []
      : [
          {
            label: "Password asked for",
            kind: "changed" as const,
            before: scopes[before.scope].label,
            after: scopes[scope].label,
          },
        ]),
    ...(scope === "off"
      ? [{ label: "Password", kind: "removed" as const, before: "Set" }]
      : password === undefined
        ? []
        : before.scope === "off"
          ? [{ label: "Password", kind: "added" as const, after: "Set" }]
          : [{ label: "Password", kind: "changed" as const, before: "Set", after: "Another one" }]),
  ];
  return (
    <FormDialog
      open
      wide
      onClose={onClose}
      title="Change the protection?"
      description={
        scope === "off"
          ? "In force at once: everybody sees the site."
          : "In force at once, without a deployment: visitors who have not the password are kept out."
      }
      submit="Save"
      doing={save}
      command={`landfall protection ${scope === "off" ? "off" : `set ${scope}${password === undefined ? " --keep-password" : ""}`} --project ${word(project)}`}
      onSubmit={async () => {
        if (await save.run(undefined)) onSaved();
      }}
    >
      <Difference label="What changes" rows={rows} />
    </FormDialog>
  );
}
