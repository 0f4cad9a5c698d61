/** A part of a page under a heading of its own, with its actions beside it. */
import { Button, type ButtonProps } from "@landfall/react";
import { CircleCheck, Info, type LucideIcon } from "lucide-react";
import { type ReactNode, useId } from "react";

export interface SectionProps {
  title: string;
  description?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}

export function Section({ title, description, actions, children }: SectionProps) {
  const id = useId();
  return (
    <section aria-labelledby={id} className="lf:mb-8">
      <div className="lf:mb-3 lf:flex lf:flex-wrap lf:items-end lf:justify-between lf:gap-x-4 lf:gap-y-2">
        <div className="lf:min-w-0 lf:grow lf:basis-48">
          <h2 id={id} className="lf:text-lg lf:font-semibold">
            {title}
          </h2>
          {description === undefined ? null : <p className="lf:text-sm lf:text-muted">{description}</p>}
        </div>
        {actions === undefined ? null : <div className="lf:flex lf:flex-wrap lf:gap-2">{actions}</div>}
      </div>
      {children}
    </section>
  );
}

/** A box for what belongs together. */
export function Card({ children }: { children: ReactNode }) {
  return <div className="lf:rounded-lg lf:border lf:border-line lf:bg-raised lf:p-4">{children}</div>;
}

/** A sentence to notice, with what can be done about it. Announced when it appears. */
export function Notice({
  tone = "neutral",
  action,
  children,
}: {
  tone?: "neutral" | "success";
  action?: ReactNode;
  children: ReactNode;
}) {
  const Icon = tone === "success" ? CircleCheck : Info;
  const look =
    tone === "success" ? "lf:border-success-line lf:bg-success-soft" : "lf:border-running-line lf:bg-running-soft";
  return (
    <div
      role="status"
      className={`lf:mb-4 lf:flex lf:flex-wrap lf:items-center lf:gap-x-3 lf:gap-y-2 lf:rounded-lg lf:border lf:px-3 lf:py-2 ${look}`}
    >
      <Icon
        aria-hidden
        size={16}
        className={`lf:shrink-0 ${tone === "success" ? "lf:text-success" : "lf:text-running"}`}
      />
      <div className="lf:min-w-0 lf:flex-1 lf:basis-56 lf:break-words">{children}</div>
      {action}
    </div>
  );
}

/** A button that is a picture; `label` says what it does and to what. */
export function IconButton({
  icon: Icon,
  label,
  ...rest
}: { icon: LucideIcon; label: string } & Omit<ButtonProps, "children">) {
  return (
    <Button look="quiet" title={label} {...rest} aria-label={label} className="lf:min-w-8 lf:px-2">
      <Icon aria-hidden size={15} />
    </Button>
  );
}
