/** A line of text with its name above, and below what is asked of it or what is wrong with it. */
import { type ComponentProps, type ReactNode, useId } from "react";

export const inputClass =
  "lf:min-h-9 lf:w-full lf:min-w-0 lf:rounded-md lf:border lf:border-line-strong lf:bg-page lf:px-2.5 lf:py-1 lf:text-sm lf:placeholder:text-muted lf:aria-invalid:border-failure lf:disabled:opacity-60";

export interface TextFieldProps extends Omit<ComponentProps<"input">, "id" | "aria-describedby" | "aria-invalid"> {
  label: string;
  hint?: ReactNode;
  /** What is wrong, and how it is mended. */
  fault?: string | undefined;
}

export function TextField({ label, hint, fault, className = "", ...rest }: TextFieldProps) {
  const id = useId();
  const described = [hint === undefined ? "" : `${id}-hint`, fault === undefined ? "" : `${id}-fault`]
    .filter(Boolean)
    .join(" ");
  return (
    <div className={className}>
      <label htmlFor={id} className="lf:mb-1 lf:block lf:text-sm lf:font-medium">
        {label}
      </label>
      <input
        type="text"
        {...rest}
        id={id}
        className={inputClass}
        aria-invalid={fault !== undefined || undefined}
        {...(described === "" ? {} : { "aria-describedby": described })}
      />
      {hint === undefined ? null : (
        <p id={`${id}-hint`} className="lf:mt-1 lf:text-xs lf:text-muted">
          {hint}
        </p>
      )}
      {fault === undefined ? null : (
        <p id={`${id}-fault`} className="lf:mt-1 lf:text-sm lf:text-failure">
          {fault}
        </p>
      )}
    </div>
  );
}
