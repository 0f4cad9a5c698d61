"use client";
import { RotateCcw } from "lucide-react";
import { type ReactNode, useState } from "react";
import { Badge } from "../parts/status.tsx";
import type { Detection, Evidence } from "../types.ts";
import {
  type DetectedService,
  detectedText,
  evidenceFor,
  type Fault,
  fieldId,
  type FieldName,
  fieldOf,
  fileOf,
  hasSeveral,
  kindWords,
  labelOf,
  type ServiceOverrides,
  type TextField,
  textFields,
  withField,
  withTyped,
} from "./fields.ts";
import { Candidates, percent } from "./candidates.tsx";
import { fieldClass } from "./secret-input.tsx";

export interface ConfigFieldsProps {
  /** Beginning of the ids of the fields. */
  id: string;
  detection: Detection | null;
  service: DetectedService;
  value: ServiceOverrides;
  onChange(value: ServiceOverrides): void;
  faults: readonly Fault[];
}

/** The values of one service: as detected, or as a person says. */
export function ConfigFields(props: ConfigFieldsProps) {
  const { detection, service, value } = props;
  const kind = value.kind ?? service.kind;
  // Of what is not known yet everything may be said.
  const isKnown = kind === "static" || kind === "server" || kind === "worker";
  const asked = textFields.filter(
    ({ name, kinds }) => !isKnown || kinds === undefined || kinds.includes(kind) || value[name] !== undefined,
  );
  return (
    <div className="lf:grid lf:gap-4 lf:@2xl:grid-cols-2">
      {asked.map((field) => (
        <TextValue key={field.name} {...props} field={field}>
          {field.name === "framework" && detection !== null && !hasSeveral(detection) ? (
            <Candidates {...props} detection={detection} />
          ) : null}
        </TextValue>
      ))}
      <KindValue {...props} />
      {kind === "static" || value.spaFallback !== undefined ? <SpaValue {...props} /> : null}
    </div>
  );
}

interface ValueProps extends ConfigFieldsProps {
  field: TextField;
  children?: ReactNode;
}

function TextValue({ field, children, ...props }: ValueProps) {
  const { id, service, value, onChange, faults } = props;
  const { name, help } = field;
  // What is typed stands as it was typed until the field is left; a number that is none stays, to be mended.
  const [draft, setDraft] = useState<string | null>(null);
  const detected = detectedText(service, name);
  const said = value[name];
  const own = fieldId(id, name);
  const fault = faultOf(faults, name);
  return (
    <Frame
      {...props}
      name={name}
      onReset={() => {
        setDraft(null);
        onChange(withField(value, name, null));
      }}
    >
      <input
        id={own}
        value={draft ?? (said === undefined ? (detected ?? "") : String(said))}
        placeholder={name === "healthPath" ? "/" : (detected ?? "")}
        inputMode={name === "port" ? "numeric" : undefined}
        aria-invalid={fault !== undefined || undefined}
        aria-describedby={describedBy(own, help)}
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        className={`${fieldClass} ${field.isCode ? "lf:font-mono" : ""}`}
        onChange={({ target: { value: text } }) => {
          setDraft(text);
          onChange(withTyped(value, field, { text, detected }));
        }}
        onBlur={() => {
          if (!Number.isNaN(said)) setDraft(null);
        }}
      />
      {help === undefined ? null : (
        <p id={`${own}-help`} className="lf:m-0 lf:text-xs lf:text-muted">
          {help}
        </p>
      )}
      {children}
    </Frame>
  );
}

function KindValue(props: ConfigFieldsProps) {
  const { id, service, value, onChange } = props;
  const detected = service.kind;
  const isOrdinary = detected === "static" || detected === "server" || detected === "worker";
  const own = fieldId(id, "kind");
  return (
    <Frame {...props} name="kind" onReset={() => onChange(withField(value, "kind", null))}>
      <select
        id={own}
        aria-describedby={describedBy(own, undefined)}
        value={value.kind ?? (isOrdinary ? detected : "")}
        className={fieldClass}
        onChange={({ target }) =>
          onChange(withField(value, "kind", target.value === "" || target.value === detected ? null : target.value))
        }
      >
        {isOrdinary ? null : <option value="">{kindWords[detected] ?? detected}</option>}
        {["static", "server", "worker"].map((kind) => (
          <option key={kind} value={kind}>
            {kindWords[kind]}
          </option>
        ))}
      </select>
    </Frame>
  );
}

function SpaValue(props: ConfigFieldsProps) {
  const { id, value, onChange } = props;
  const own = fieldId(id, "spaFallback");
  return (
    <Frame {...props} name="spaFallback" onReset={() => onChange(withField(value, "spaFallback", null))}>
      <select
        id={own}
        aria-describedby={describedBy(own, undefined)}
        value={value.spaFallback === undefined ? "" : String(value.spaFallback)}
        className={fieldClass}
        onChange={({ target }) => onChange(withField(value, "spaFallback", target.value === "" ? null : target.value))}
      >
        <option value="">As the framework needs it</option>
        <option value="true">Yes: the page finds its way by itself</option>
        <option value="false">No: they are not found</option>
      </select>
    </Frame>
  );
}

/** Label, where the value comes from, what is wrong with it, and the way back to what was detected. */
function Frame({
  id,
  detection,
  service,
  value,
  faults,
  name,
  onReset,
  children,
}: ConfigFieldsProps & { name: FieldName; onReset(): void; children: ReactNode }) {
  const own = fieldId(id, name);
  const isChanged = value[name] !== undefined;
  const detected = detectedText(service, name);
  const evidence = detection === null ? [] : evidenceFor(detection, service, name);
  return (
    <div className="lf:flex lf:min-w-0 lf:flex-col lf:gap-1">
      <div className="lf:flex lf:min-h-6 lf:flex-wrap lf:items-center lf:gap-2">
        <label htmlFor={own} className="lf:text-sm lf:font-medium">
          {labelOf(name)}
        </label>
        {isChanged ? (
          <>
            <Badge tone="running">Changed</Badge>
            <button
              type="button"
              aria-label={`Reset ${labelOf(name)}`}
              className="lf:ms-auto lf:inline-flex lf:min-h-6 lf:cursor-pointer lf:items-center lf:gap-1 lf:rounded-md lf:border-0 lf:bg-transparent lf:px-1 lf:text-xs lf:text-link lf:hover:underline"
              onClick={onReset}
            >
              <RotateCcw aria-hidden size={12} /> Reset
            </button>
          </>
        ) : null}
      </div>
      {children}
      <p id={`${own}-fault`} className="lf:m-0 lf:text-sm lf:text-failure lf:empty:hidden">
        {faultOf(faults, name)}
      </p>
      <Provenance id={`${own}-from`} detected={detected} evidence={evidence} isChanged={isChanged} name={name} />
    </div>
  );
}

function Provenance({
  id,
  detected,
  evidence,
  isChanged,
  name,
}: {
  id: string;
  detected: string | null;
  evidence: readonly Evidence[];
  isChanged: boolean;
  name: FieldName;
}) {
  const [best] = evidence;
  if (detected === null)
    return name === "spaFallback" || name === "healthPath" ? null : (
      <p id={id} className="lf:m-0 lf:text-xs lf:text-muted">
        not detected
      </p>
    );
  const shown = name === "kind" ? (kindWords[detected] ?? detected) : detected;
  const words = (
    <>
      {isChanged ? (
        <>
          <code className="lf:font-mono lf:break-all">{shown}</code>{" "}
        </>
      ) : null}
      detected{best === undefined ? "" : ` from ${fileOf(best)}`}
    </>
  );
  if (best === undefined)
    return (
      <p id={id} className="lf:m-0 lf:text-xs lf:text-muted">
        {words}
      </p>
    );
  return (
    <details className="lf:text-xs lf:text-muted">
      <summary id={id} className="lf:min-h-6 lf:cursor-pointer lf:break-words">
        {words}
      </summary>
      <ul className="lf:m-0 lf:ps-5">
        {evidence.map(({ at, rule, confidence }) => (
          <li key={`${at} ${rule}`} className="lf:break-words">
            <code className="lf:font-mono">{at}</code>, rule {rule}, {percent(confidence)} sure
          </li>
        ))}
      </ul>
    </details>
  );
}

function describedBy(own: string, help: string | undefined): string {
  return [help === undefined ? "" : `${own}-help`, `${own}-fault`, `${own}-from`].filter(Boolean).join(" ");
}

function faultOf(faults: readonly Fault[], name: FieldName): string | undefined {
  return faults.find(({ path }) => fieldOf(path) === name)?.message;
}
