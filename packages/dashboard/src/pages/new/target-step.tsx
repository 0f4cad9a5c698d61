/** Where it goes, under which name, with which variables. */
import {
  Button,
  type Detection,
  EnvironmentVariableInput,
  ErrorPanel,
  type NeededVariable,
  Skeleton,
  type VariableRow,
} from "@landfall/react";
import { useForm } from "@tanstack/react-form";
import { Link } from "@tanstack/react-router";
import { useRef } from "react";
import { useAsk } from "../../ask.ts";
import { useProjects } from "../../parts/projects.ts";
import { TextField } from "../../parts/text-field.tsx";
import { useMay } from "../../session.ts";
import type { Destination } from "./draft.ts";
import { isPreviewName, isProjectName, slug } from "./names.ts";
import { type OwnPlace, useOwnPlace } from "./own-place.ts";
import { type Target, TargetChoice, targetKey, useTargets } from "./target-choice.tsx";

export interface TargetStepProps {
  /** Suggested, from where the code comes from. */
  name: string;
  /** Of a project that is there and gets a new version; null for a new one. */
  existing: string | null;
  destination: Destination | null;
  detection: Detection | null;
  variables: VariableRow[];
  onVariables(rows: VariableRow[]): void;
  onDone(destination: Destination): void;
}

export function TargetStep(props: TargetStepProps) {
  const own = useOwnPlace(props.existing);
  // Whose role is in the project alone sees no accounts, and deploys to where the project goes.
  const mayChoose = useMay(null)("read:connection");
  const targets = useTargets({ enabled: mayChoose });
  const projects = useProjects();
  if (targets.error && !targets.data) return <ErrorPanel error={targets.error} onRetry={targets.again} />;
  if (own.error && own.data === undefined) return <ErrorPanel error={own.error} onRetry={own.again} />;
  if ((mayChoose && !targets.data) || !projects.data || own.data === undefined)
    return <Skeleton waitsFor="the places you can deploy to" />;
  return (
    <TargetForm
      {...props}
      own={own.data}
      targets={targets.data ?? null}
      names={projects.data.map(({ name }) => name)}
    />
  );
}

function TargetForm({
  name,
  existing,
  destination,
  detection,
  variables,
  onVariables,
  onDone,
  targets,
  names,
  own,
}: TargetStepProps & { targets: Target[] | null; names: string[]; own: OwnPlace | null }) {
  const element = useRef<HTMLFormElement>(null);
  const open = targets?.filter(({ fault }) => fault === null) ?? [];
  const first = open.find((one) => own !== null && isOwn(own, one)) ?? open[0];
  const form = useForm({
    defaultValues: {
      project: destination?.project ?? existing ?? slug(name),
      isNewVersion: existing !== null || (destination !== null && names.includes(destination.project)),
      target: destination?.platform
        ? targetKey({ ...destination, platform: destination.platform })
        : first
          ? targetKey(first)
          : "",
      isPreview: destination !== null && destination.environment !== "production",
      preview: destination && destination.environment !== "production" ? destination.environment : "preview",
    },
    onSubmit({ value }) {
      const target = targets?.find((one) => targetKey(one) === value.target);
      onDone({
        project: value.project,
        platform: target?.platform ?? own?.platform ?? null,
        platformName: target?.name ?? own?.name ?? "this server",
        connection: target?.connection ?? null,
        saved: target?.saved ?? null,
        environment: value.isPreview ? value.preview : "production",
      });
    },
    onSubmitInvalid() {
      setTimeout(() => element.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus());
    },
  });
  return (
    <form
      ref={element}
      noValidate
      className="lf:flex lf:flex-col lf:gap-6"
      onSubmit={(event) => {
        event.preventDefault();
        void form.handleSubmit();
      }}
    >
      <form.Field
        name="project"
        validators={{
          onChangeListenTo: ["isNewVersion"],
          onChange: ({ value, fieldApi }) =>
            isProjectName(value) ??
            (names.includes(value) && !fieldApi.form.getFieldValue("isNewVersion")
              ? "There is a project of this name. Take another name, or deploy a new version of it."
              : undefined),
        }}
      >
        {({ state, form: { state: whole }, handleBlur, handleChange }) => (
          <div className="lf:max-w-md">
            <TextField
              label="Project name"
              name="project"
              autoComplete="off"
              autoCapitalize="none"
              spellCheck={false}
              readOnly={existing !== null}
              value={state.value}
              hint="It stands in addresses, and cannot be changed later."
              fault={
                state.meta.isDirty || state.meta.isBlurred || whole.submissionAttempts > 0
                  ? state.meta.errors[0]
                  : undefined
              }
              onBlur={handleBlur}
              onChange={({ target }) => handleChange(target.value)}
            />
            {names.includes(state.value) && existing === null ? (
              <form.Field name="isNewVersion">
                {(field) => (
                  <label className="lf:mt-2 lf:flex lf:min-h-6 lf:cursor-pointer lf:items-center lf:gap-2">
                    <input
                      type="checkbox"
                      className="lf:size-4 lf:accent-action"
                      checked={field.state.value}
                      onChange={({ target }) => field.handleChange(target.checked)}
                    />
                    Deploy a new version of {state.value}
                  </label>
                )}
              </form.Field>
            ) : null}
          </div>
        )}
      </form.Field>
      <form.Field
        name="target"
        validators={{
          onChange: ({ value }) => (targets !== null && value === "" ? "Choose where to deploy." : undefined),
        }}
      >
        {({ state, form: { state: whole }, handleChange }) =>
          targets === null ? (
            <p className="lf:text-muted">
              It goes to {own?.name ?? "this server"}. Choosing another place needs a role in the organisation.
            </p>
          ) : (
            <TargetChoice
              targets={targets}
              chosen={state.value}
              onChoose={handleChange}
              fault={whole.submissionAttempts > 0 ? state.meta.errors[0] : undefined}
            />
          )
        }
      </form.Field>
      <form.Field name="isPreview">
        {(field) => (
          <fieldset>
            <legend className="lf:mb-1 lf:text-sm lf:font-medium">Environment</legend>
            <div className="lf:flex lf:flex-wrap lf:gap-x-6">
              {[
                { isPreview: false, label: "Production" },
                { isPreview: true, label: "A preview with an address of its own" },
              ].map(({ isPreview, label }) => (
                <label key={label} className="lf:flex lf:min-h-8 lf:cursor-pointer lf:items-center lf:gap-2">
                  <input
                    type="radio"
                    name="environment"
                    className="lf:size-4 lf:accent-action"
                    checked={field.state.value === isPreview}
                    onChange={() => field.handleChange(isPreview)}
                  />
                  {label}
                </label>
              ))}
            </div>
            {field.state.value ? (
              <form.Field name="preview" validators={{ onChange: ({ value }) => isPreviewName(value) }}>
                {({ state, form: { state: whole }, handleBlur, handleChange }) => (
                  <TextField
                    className="lf:mt-2 lf:max-w-md"
                    label="Name of the preview"
                    autoComplete="off"
                    autoCapitalize="none"
                    spellCheck={false}
                    value={state.value}
                    fault={
                      (state.meta.isBlurred && state.meta.isDirty) || whole.submissionAttempts > 0
                        ? state.meta.errors[0]
                        : undefined
                    }
                    onBlur={handleBlur}
                    onChange={({ target }) => handleChange(target.value)}
                  />
                )}
              </form.Field>
            ) : null}
          </fieldset>
        )}
      </form.Field>
      <form.Subscribe
        selector={({ values }) => ({
          project: values.project,
          environment: values.isPreview ? values.preview : "production",
        })}
      >
        {({ project, environment }) => (
          <Variables
            project={names.includes(project) ? project : null}
            environment={environment}
            detection={detection}
            rows={variables}
            onRows={onVariables}
          />
        )}
      </form.Subscribe>
      <div>
        <Button type="submit" look="primary">
          Continue
        </Button>
      </div>
    </form>
  );
}

function isOwn(own: OwnPlace, { saved, platform }: Target): boolean {
  return own.saved === null ? saved === null && platform === own.platform : saved === own.saved;
}

function Variables({
  project,
  environment,
  detection,
  rows,
  onRows,
}: {
  /** When it is there already. */
  project: string | null;
  environment: string;
  detection: Detection | null;
  rows: VariableRow[];
  onRows(rows: VariableRow[]): void;
}) {
  const { data: saved = [] } = useAsk(
    ["variables", project, environment],
    async (client, signal) =>
      (await client.variables.list({ project: project!, environment }, { signal })).variables.map(({ key }) => key),
    { enabled: project !== null && environment !== "" },
  );
  const known = new Set(project === null ? [] : saved);
  return (
    <section aria-labelledby="variables-heading">
      <h3 id="variables-heading" className="lf:mb-1 lf:font-medium">
        Variables
      </h3>
      <p className="lf:mb-3 lf:text-sm lf:text-muted">
        They are kept with the project, encrypted.
        {known.size === 0 || project === null ? null : (
          <>
            {" "}
            {known.size} {known.size === 1 ? "is" : "are"} set already:{" "}
            <Link to="/p/$project/variables" params={{ project }} search={{ environment } as never}>
              variables of {project}
            </Link>
            .
          </>
        )}
      </p>
      <EnvironmentVariableInput
        value={rows}
        onChange={onRows}
        needed={neededBy(detection).filter(({ key }) => !known.has(key))}
      />
    </section>
  );
}

/** Of the project and its services, each once. */
function neededBy(detection: Detection | null): NeededVariable[] {
  const all = [...(detection?.env ?? []), ...(detection?.services ?? []).flatMap(({ env }) => env)];
  return [...new Map(all.map((one) => [one.key, one])).values()];
}
