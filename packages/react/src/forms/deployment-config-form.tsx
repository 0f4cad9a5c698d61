"use client";
import { SearchX } from "lucide-react";
import { type MouseEvent, useId } from "react";
import { ErrorPanel, Skeleton } from "../parts/panels.tsx";
import { Root } from "../parts/root.tsx";
import type { Detection, ErrorReport, Plan } from "../types.ts";
import { ConfigFields } from "./config-fields.tsx";
import {
  allFaults,
  type DetectedService,
  type Fault,
  fieldId,
  fieldOf,
  hasSeveral,
  labelOf,
  lookedFor,
  overrideFaults,
  type ServiceOverrides,
  servicesOf,
} from "./fields.ts";
import { PlanSummary } from "./plan-summary.tsx";
import { ServiceChoice } from "./service-choice.tsx";

export type { ServiceOverrides } from "./fields.ts";

export interface DeploymentConfigFormProps {
  /** Null while it is looked at. */
  detection: Detection | null;
  /** Nothing was detected, or it could not be read. */
  error?: ErrorReport | null;
  value: ServiceOverrides;
  onChange(value: ServiceOverrides): void;
  /** Faults of the input, with paths such as `overrides.port`. */
  faults?: readonly Fault[];
  /** Services of a monorepo that are to be deployed, by path; absent: all. */
  services?: readonly string[];
  onServices?(services: string[]): void;
  disabled?: boolean;
  /** What would be done with these values; shown below them. */
  plan?: Plan | null;
  /** The plan is being made anew. */
  isPlanning?: boolean;
}

/** Stands in for a service where none was detected, so that a person can say what it is. */
const unknown: DetectedService = { path: ".", name: "web", kind: "package", runtime: "unknown", database: [], env: [] };

/** What was detected, why, and what a person says in its place. */
export function DeploymentConfigForm(props: DeploymentConfigFormProps) {
  const { detection, error = null } = props;
  if (detection === null && error === null)
    return (
      <Root>
        <p className="lf:mt-0 lf:mb-3 lf:text-sm lf:text-muted">Reading the files to find out what this is.</p>
        <Skeleton lines={6} waitsFor="detection" />
      </Root>
    );
  if (error !== null && error.code !== "NOT_DETECTED")
    return (
      <Root>
        <ErrorPanel error={error} />
      </Root>
    );
  return <Form {...props} error={error} />;
}

function Form({
  detection,
  error = null,
  value,
  onChange,
  faults: given = [],
  services: chosenPaths,
  onServices,
  disabled = false,
  plan = null,
  isPlanning = false,
}: DeploymentConfigFormProps) {
  const id = useId();
  const all = detection === null ? [unknown] : servicesOf(detection);
  const chosen = chosenPaths === undefined ? all : all.filter(({ path }) => chosenPaths.includes(path));
  const isNothing = error !== null || (detection !== null && detection.candidates.length === 0);
  const own: Fault[] = [
    ...(chosen.length === 0 ? [{ path: "services", message: "Choose at least one service." }] : []),
    ...overrideFaults(value),
  ];
  const faults = allFaults(own, given);
  const [only] = chosen;
  return (
    <Root>
      <fieldset disabled={disabled} className="lf:m-0 lf:flex lf:min-w-0 lf:flex-col lf:gap-4 lf:border-0 lf:p-0">
        <legend className="lf:sr-only">Build and start</legend>
        <FaultSummary id={id} faults={faults} />
        {isNothing ? <NothingDetected error={error} /> : null}
        {detection !== null && hasSeveral(detection) ? (
          <ServiceChoice id={id} services={all} chosen={chosen} {...(onServices ? { onServices } : {})} />
        ) : null}
        {chosen.length === 1 && only !== undefined ? (
          <ConfigFields
            id={id}
            detection={detection}
            service={only}
            value={value}
            onChange={onChange}
            faults={faults}
          />
        ) : chosen.length > 1 ? (
          <p className="lf:m-0 lf:text-sm lf:text-muted">
            Each is built and started as detected. To change a command, choose one service alone, or write it in
            landfall.json under services.
          </p>
        ) : null}
        {detection === null || detection.warnings.length === 0 ? null : (
          <section aria-label="Warnings" className="lf:text-sm">
            <ul className="lf:m-0 lf:ps-5 lf:list-disc lf:text-warning">
              {detection.warnings.map(({ at, message }) => (
                <li key={`${at} ${message}`} className="lf:break-words">
                  {message} <code className="lf:font-mono lf:text-xs">{at}</code>
                </li>
              ))}
            </ul>
          </section>
        )}
        {plan === null && !isPlanning ? null : <PlanSummary plan={plan} isPlanning={isPlanning} />}
      </fieldset>
    </Root>
  );
}

/** Every fault at once, each a way to the field it is about. */
function FaultSummary({ id, faults }: { id: string; faults: readonly Fault[] }) {
  // A link to an id does not reach into a shadow root; this does.
  const toField = (event: MouseEvent<HTMLAnchorElement>): void => {
    const root = event.currentTarget.getRootNode() as Document | ShadowRoot;
    const field = root.getElementById(event.currentTarget.hash.slice(1));
    if (field === null) return;
    event.preventDefault();
    field.focus();
  };
  return (
    // While there is nothing to say, it takes no room: not even the gap below it.
    <div role="status" className="lf:empty:-mb-4">
      {faults.length === 0 ? null : (
        <div className="lf:rounded-lg lf:border lf:border-failure-line lf:bg-failure-soft lf:p-4">
          <p className="lf:m-0 lf:font-medium">
            {faults.length === 1 ? "One thing is to be mended" : `${faults.length} things are to be mended`}
          </p>
          <ul className="lf:mt-1 lf:mb-0 lf:ps-5 lf:list-disc">
            {faults.map(({ path, message }) => {
              const field = fieldOf(path);
              return (
                <li key={`${path} ${message}`} className="lf:break-words">
                  {field === null ? (
                    <>
                      <code className="lf:font-mono lf:text-xs">{path}</code> {message}
                    </>
                  ) : (
                    <a href={`#${fieldId(id, field)}`} onClick={toField} className="lf:text-link">
                      {labelOf(field)}: {message}
                    </a>
                  )}
                </li>
              );
            })}
          </ul>
        </div>
      )}
    </div>
  );
}

function NothingDetected({ error }: { error: ErrorReport | null }) {
  return (
    <section
      className="lf:rounded-lg lf:border lf:border-warning-line lf:bg-warning-soft lf:p-4"
      aria-label="Detection"
    >
      <p className="lf:m-0 lf:flex lf:items-start lf:gap-2 lf:font-medium">
        <SearchX aria-hidden size={18} className="lf:mt-0.5 lf:shrink-0 lf:text-warning" />
        {error?.what ?? "Nothing was detected that could be deployed."}
      </p>
      <p className="lf:mt-2 lf:mb-0 lf:text-sm">This was looked for, in the topmost folder and those of a workspace:</p>
      <dl className="lf:mt-1 lf:mb-0 lf:grid lf:gap-x-4 lf:text-sm lf:@md:grid-cols-[max-content_minmax(0,1fr)]">
        {lookedFor.map(({ what, files }) => (
          <div key={what} className="lf:contents">
            <dt>{what}</dt>
            <dd className="lf:m-0 lf:font-mono lf:text-xs lf:leading-5 lf:break-words">{files}</dd>
          </div>
        ))}
      </dl>
      <p className="lf:mt-2 lf:mb-0 lf:text-sm">
        {error?.next ?? "Choose the folder the application is in, or say below how it is built and started."}
      </p>
    </section>
  );
}
