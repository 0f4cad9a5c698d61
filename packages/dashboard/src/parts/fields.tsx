/** Fields of forms: a name above, a hint below, tied together for screen readers. */
import { type ComponentProps, type ReactNode, useId } from "react";
import { inputClass } from "./text-field.tsx";

interface Around {
  label: string;
  hint?: ReactNode;
  /** What is wrong with what stands in it, and how to mend it. */
  fault?: string | undefined;
}

function Surround({ label, hint, fault, id, children }: Around & { id: string; children: ReactNode }) {
  return (
    <div className="lf:min-w-0">
      <label htmlFor={id} className="lf:mb-1 lf:block lf:text-sm lf:font-medium">
        {label}
      </label>
      {children}
      {hint === undefined && fault === undefined ? null : (
        <p
          id={`${id}-more`}
          className={`lf:mt-1 lf:text-xs ${fault === undefined ? "lf:text-muted" : "lf:text-failure"}`}
        >
          {fault ?? hint}
        </p>
      )}
    </div>
  );
}

const described = ({ hint, fault, id }: Pick<Around, "hint" | "fault"> & { id: string }) => ({
  id,
  ...(hint === undefined && fault === undefined ? {} : { "aria-describedby": `${id}-more` }),
  ...(fault === undefined ? {} : { "aria-invalid": true }),
});

export type TextAreaFieldProps = Around & ComponentProps<"textarea">;

/** For values: monospace, and nothing of the browser's looks at them. */
export function TextAreaField({ label, hint, fault, ...area }: TextAreaFieldProps) {
  const id = useId();
  return (
    <Surround label={label} hint={hint} fault={fault} id={id}>
      <textarea
        rows={3}
        spellCheck={false}
        autoComplete="off"
        autoCapitalize="off"
        {...area}
        {...described({ hint, fault, id })}
        className={`${inputClass} lf:resize-y lf:font-mono`}
      />
    </Surround>
  );
}

export interface Choice {
  value: string;
  label: string;
}

export type SelectFieldProps = Around & { choices: readonly Choice[] } & ComponentProps<"select">;

export function SelectField({ label, hint, fault, choices, ...select }: SelectFieldProps) {
  const id = useId();
  return (
    <Surround label={label} hint={hint} fault={fault} id={id}>
      <select {...select} {...described({ hint, fault, id })} className={inputClass}>
        {choices.map(({ value, label: name }) => (
          <option key={value} value={value}>
            {name}
          </option>
        ))}
      </select>
    </Surround>
  );
}

export type CheckFieldProps = Around & Omit<ComponentProps<"input">, "type">;

export function CheckField({ label, hint, fault, ...input }: CheckFieldProps) {
  const id = useId();
  return (
    <div className="lf:flex lf:items-start lf:gap-2">
      <input
        type="checkbox"
        {...input}
        {...described({ hint, fault, id })}
        className="lf:m-0 lf:mt-0.5 lf:size-4 lf:shrink-0 lf:accent-(--lf-action)"
      />
      <div className="lf:min-w-0">
        <label htmlFor={id} className="lf:block lf:min-h-6 lf:text-sm">
          {label}
        </label>
        {hint === undefined ? null : (
          <p id={`${id}-more`} className="lf:text-xs lf:text-muted">
            {hint}
          </p>
        )}
      </div>
    </div>
  );
}

export interface RadioFieldProps<V extends string> {
  label: string;
  value: V;
  choices: readonly { value: V; label: string; hint?: string }[];
  onChoose(value: V): void;
}

export function RadioField<V extends string>({ label, value, choices, onChoose }: RadioFieldProps<V>) {
  const id = useId();
  return (
    <fieldset className="lf:min-w-0">
      <legend className="lf:mb-1 lf:text-sm lf:font-medium">{label}</legend>
      <div className="lf:grid lf:gap-2">
        {choices.map((choice) => (
          <div key={choice.value} className="lf:flex lf:items-start lf:gap-2">
            <input
              type="radio"
              name={id}
              id={`${id}-${choice.value}`}
              checked={choice.value === value}
              onChange={() => onChoose(choice.value)}
              {...(choice.hint === undefined ? {} : { "aria-describedby": `${id}-${choice.value}-more` })}
              className="lf:m-0 lf:mt-0.5 lf:size-4 lf:shrink-0 lf:accent-(--lf-action)"
            />
            <div className="lf:min-w-0">
              <label htmlFor={`${id}-${choice.value}`} className="lf:block lf:min-h-6 lf:text-sm">
                {choice.label}
              </label>
              {choice.hint === undefined ? null : (
                <p id={`${id}-${choice.value}-more`} className="lf:-mt-1 lf:text-xs lf:text-muted">
                  {choice.hint}
                </p>
              )}
            </div>
          </div>
        ))}
      </div>
    </fieldset>
  );
}
