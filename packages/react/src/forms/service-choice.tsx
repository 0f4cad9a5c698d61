"use client";
import { type DetectedService, fieldId, kindWords } from "./fields.ts";

export interface ServiceChoiceProps {
  /** Beginning of the ids of the fields. */
  id: string;
  services: readonly DetectedService[];
  chosen: readonly DetectedService[];
  /** Absent: they are shown, and all are deployed. */
  onServices?(services: string[]): void;
}

/** The services of a monorepo, and which of them are deployed. */
export function ServiceChoice({ id, services, chosen, onServices }: ServiceChoiceProps) {
  const own = fieldId(id, "services");
  const paths = new Set(chosen.map(({ path }) => path));
  return (
    <fieldset className="lf:m-0 lf:min-w-0 lf:rounded-lg lf:border lf:border-line lf:px-3 lf:py-1">
      <legend className="lf:px-1 lf:text-sm lf:font-medium">
        Services, {chosen.length} of {services.length} chosen
      </legend>
      <ul className="lf:m-0 lf:list-none lf:p-0">
        {services.map((service, place) => (
          <li key={service.path} className="lf:border-t lf:border-line lf:first:border-t-0">
            <label className="lf:flex lf:min-h-8 lf:items-start lf:gap-2 lf:py-2">
              {onServices ? (
                <input
                  type="checkbox"
                  id={place === 0 ? own : undefined}
                  className="lf:mt-0.5 lf:size-4 lf:shrink-0"
                  checked={paths.has(service.path)}
                  onChange={({ target }) =>
                    onServices(
                      services
                        .filter(({ path }) => (path === service.path ? target.checked : paths.has(path)))
                        .map(({ path }) => path),
                    )
                  }
                />
              ) : null}
              <span className="lf:min-w-0">
                <span className="lf:font-medium">{service.name}</span>{" "}
                <code className="lf:font-mono lf:text-xs lf:text-muted lf:break-all">{service.path}</code>
                <span className="lf:block lf:text-xs lf:text-muted lf:break-words">{factsOf(service)}</span>
              </span>
            </label>
          </li>
        ))}
      </ul>
    </fieldset>
  );
}

function factsOf({ framework, runtime, kind, buildCommand, startCommand }: DetectedService): string {
  return [framework ?? runtime, kindWords[kind] ?? kind, buildCommand, startCommand].filter(Boolean).join(" · ");
}
