/** A form whose fields have rules. Faults are shown when a field is left or the form is sent, and the first one gets the focus. */
import { Button, type ButtonProps, type ErrorReport, ErrorPanel } from "@landfall/react";
import { useForm, useStore } from "@tanstack/react-form";
import { type ComponentProps, useRef, useState } from "react";
import type { Rule } from "./rules.ts";
import { TextField } from "./text-field.tsx";

export interface FormField extends Pick<ComponentProps<"input">, "type" | "autoComplete" | "placeholder"> {
  name: string;
  label: string;
  hint?: string;
  initial?: string;
  rule: Rule;
  /** Beside another one where there is room. */
  isHalf?: boolean;
}

export interface RuleFormProps {
  fields: readonly FormField[];
  /** On the button: "Sign in", and while it happens: "Signing in". */
  submit: string;
  submitting: string;
  /** Null when it went well. */
  onSubmit(values: Record<string, string>): Promise<ErrorReport | null>;
  autoFocus?: boolean;
  /** Whose password is asked for where no field says so; password managers look for it. */
  account?: string;
  /** Of the button; default: the one thing to do here. */
  look?: ButtonProps["look"];
}

export function RuleForm(props: RuleFormProps) {
  const { fields, submit, submitting, onSubmit, autoFocus = false, account = "", look = "primary" } = props;
  const element = useRef<HTMLFormElement>(null);
  const [error, setError] = useState<ErrorReport | null>(null);
  const form = useForm({
    defaultValues: Object.fromEntries(fields.map(({ name, initial = "" }) => [name, initial])),
    async onSubmit({ value }) {
      setError(null);
      setError(await onSubmit(value));
    },
    onSubmitInvalid() {
      // After the faults are on the screen.
      setTimeout(() => element.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus());
    },
  });
  // A field by itself notices no more than its own changes.
  const wasSent = useStore(form.store, ({ submissionAttempts }) => submissionAttempts > 0);
  const told = new Map(error?.faults?.map(({ path, message }) => [path, message]));
  return (
    <form
      ref={element}
      noValidate
      className="lf:flex lf:flex-wrap lf:gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        void form.handleSubmit();
      }}
    >
      {error === null ? null : (
        <div className="lf:w-full">
          <ErrorPanel error={error} isNew />
        </div>
      )}
      {account === "" ? null : (
        <input type="text" name="username" autoComplete="username" value={account} readOnly hidden />
      )}
      {fields.map(({ name, label, hint, rule, type, autoComplete, placeholder, isHalf = false }, index) => (
        <form.Field key={name} name={name} validators={{ onChange: ({ value }) => rule(value) }}>
          {({ state, handleBlur, handleChange }) => (
            <TextField
              {...(type === undefined ? {} : { type })}
              autoComplete={autoComplete}
              placeholder={placeholder}
              className={isHalf ? "lf:grow lf:basis-56" : "lf:w-full"}
              name={name}
              label={label}
              {...(hint === undefined ? {} : { hint })}
              value={state.value}
              autoFocus={autoFocus && index === 0}
              fault={
                (state.meta.isBlurred && state.meta.isDirty) || wasSent
                  ? (state.meta.errors[0] ?? told.get(name))
                  : undefined
              }
              onBlur={handleBlur}
              onChange={({ target }) => handleChange(target.value)}
            />
          )}
        </form.Field>
      ))}
      <form.Subscribe selector={({ isSubmitting }) => isSubmitting}>
        {(isSubmitting) => (
          <div className="lf:w-full">
            <Button
              type="submit"
              look={look}
              className={`lf:min-h-9 ${look === "primary" ? "lf:w-full" : ""}`}
              {...(isSubmitting ? { unavailable: submitting } : {})}
            >
              {isSubmitting ? submitting : submit}
            </Button>
          </div>
        )}
      </form.Subscribe>
    </form>
  );
}
