import { Button } from "@landfall/react";
import { Link } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { useAsk } from "../../ask.ts";
import { SelectField } from "../../parts/fields.tsx";
import { TextField } from "../../parts/text-field.tsx";
import { Card, Notice, Section } from "../../parts/section.tsx";
import { useMay } from "../../session.ts";
import { SaveDialog } from "./save-dialog.tsx";
import { type Field, fieldLabels, type Settings, type Stored } from "./stored-settings.ts";

interface Known {
  field: Field;
  label: string;
  hint: string;
}

const build: readonly Known[] = [
  { field: "rootDirectory", label: "Folder", hint: "Inside the repository, such as apps/web." },
  { field: "framework", label: "Framework", hint: "Its id, such as astro." },
  { field: "installCommand", label: "Install command", hint: "Such as npm ci." },
  { field: "buildCommand", label: "Build command", hint: "Such as npm run build." },
  { field: "outputDir", label: "Output folder", hint: "What the build makes, such as dist." },
  { field: "startCommand", label: "Start command", hint: "Of a server, such as node server.js." },
  { field: "releaseCommand", label: "Release command", hint: "Once before a release starts, such as npm run migrate." },
];
const health: Known = {
  field: "healthPath",
  label: "Path",
  hint: "Asked before a release gets the traffic, such as /health. It has to answer with a status below 400.",
};

export interface SettingsFormProps {
  project: string;
  stored: Stored;
  mayChange: boolean;
}

export function SettingsForm({ project, stored, mayChange }: SettingsFormProps) {
  /** What a person has typed over what is stored; an empty text takes a setting away. */
  const [typed, setTyped] = useState<Partial<Record<Field, string>>>({});
  /** Settings and version as they were when somebody asked for the difference: what is seen is what is saved. */
  const [asked, setAsked] = useState<{ before: Stored; after: Settings } | null>(null);
  const [isSaved, setSaved] = useState(false);
  const valueOf = (field: Field): string => typed[field] ?? stored.settings[field] ?? "";
  const type = (field: Field, value: string): void => {
    setSaved(false);
    setTyped((before) => ({ ...before, [field]: value }));
  };
  const after = settingsOf(Object.keys(fieldLabels) as Field[], valueOf);
  const changed = (Object.keys(fieldLabels) as Field[]).filter((field) => after[field] !== stored.settings[field]);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (changed.length > 0) setAsked({ before: stored, after });
  };
  const text = (known: Known) => (
    <TextField
      key={known.field}
      label={known.label}
      hint={known.hint}
      placeholder={mayChange && known !== health ? "Detected" : ""}
      autoComplete="off"
      autoCapitalize="off"
      spellCheck={false}
      value={valueOf(known.field)}
      readOnly={!mayChange}
      onChange={(event) => type(known.field, event.target.value)}
    />
  );
  return (
    <>
      <form onSubmit={submit} noValidate>
        {mayChange ? null : (
          <p className="lf:mb-4 lf:text-sm lf:text-muted">Your role may look at settings, and not change them.</p>
        )}
        <Section title="Build">
          <Card>
            <div className="lf:grid lf:gap-4 lf:@2xl:grid-cols-2">{build.map(text)}</div>
          </Card>
        </Section>
        <Section title="Target" description="Where deployments go that do not say.">
          <Card>
            <Targets valueOf={valueOf} onType={type} isDisabled={!mayChange} />
          </Card>
        </Section>
        <Section title="Health check">
          <Card>
            <div className="lf:max-w-xl">{text(health)}</div>
          </Card>
        </Section>
        {isSaved ? <Notice tone="success">Saved. It takes effect with the next deployment.</Notice> : null}
        {mayChange ? (
          <div className="lf:mb-8 lf:flex lf:flex-wrap lf:items-center lf:gap-3">
            <Button type="submit" look="primary" unavailable={changed.length === 0 ? "Nothing is changed." : undefined}>
              Save
            </Button>
            {changed.length === 0 ? null : (
              <>
                <Button look="quiet" onClick={() => setTyped({})}>
                  Discard
                </Button>
                <span className="lf:text-sm lf:text-muted">
                  {changed.length === 1 ? "1 setting is changed." : `${changed.length} settings are changed.`}
                </span>
              </>
            )}
          </div>
        ) : null}
      </form>
      {asked ? (
        <SaveDialog
          project={project}
          before={asked.before}
          after={asked.after}
          onClose={() => setAsked(null)}
          onSaved={() => {
            setAsked(null);
            setTyped({});
            setSaved(true);
          }}
        />
      ) : null}
    </>
  );
}

/** Settings without those that are empty: these are detected. */
function settingsOf(fields: readonly Field[], valueOf: (field: Field) => string): Settings {
  const filled = fields.map((field) => [field, valueOf(field).trim()] as const).filter(([, value]) => value !== "");
  return Object.fromEntries(filled);
}

interface TargetsProps {
  valueOf(field: Field): string;
  onType(field: Field, value: string): void;
  isDisabled: boolean;
}

function Targets({ valueOf, onType, isDisabled }: TargetsProps) {
  const platforms = useAsk(["platforms"], (client, signal) => client.platforms.list({}, { signal }));
  // Accounts and places are the organisation's: by a role in the project alone nobody sees or chooses them.
  const mayChoose = useMay(null)("read:connection");
  const saved = useAsk(["saved-targets"], (client, signal) => client.targets.saved({}, { signal }), {
    enabled: mayChoose,
  });
  const isSaved = valueOf("savedTarget") !== "";
  const listed = (value: string, choices: { value: string; label: string }[]) =>
    value === "" || choices.some((one) => one.value === value) ? choices : [...choices, { value, label: value }];
  return (
    <div className="lf:grid lf:gap-4 lf:@2xl:grid-cols-2">
      <SelectField
        label="Saved target"
        hint={
          mayChoose ? (
            <>
              They are kept under <Link to="/connections">Connections</Link>.
            </>
          ) : (
            "Choosing one needs a role in the organisation."
          )
        }
        disabled={isDisabled || !mayChoose}
        value={valueOf("savedTarget")}
        choices={[
          { value: "", label: "None" },
          ...listed(
            valueOf("savedTarget"),
            (saved.data?.targets ?? []).map(({ id, name }) => ({ value: id, label: name })),
          ),
        ]}
        onChange={(event) => {
          onType("savedTarget", event.target.value);
          if (event.target.value !== "") onType("platform", "");
        }}
      />
      <SelectField
        label="Platform"
        hint={isSaved ? "The saved target says it." : undefined}
        disabled={isDisabled || isSaved}
        value={valueOf("platform")}
        choices={[
          { value: "", label: "This server" },
          ...listed(
            valueOf("platform"),
            (platforms.data?.platforms ?? [])
              .filter(({ id }) => id !== "local" || valueOf("platform") === id)
              .map(({ id, name }) => ({ value: id, label: name })),
          ),
        ]}
        onChange={(event) => onType("platform", event.target.value)}
      />
    </div>
  );
}
