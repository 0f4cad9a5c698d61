/** One of the steps: open, or folded to its result with a way back, or still to come. */
import { Button } from "@landfall/react";
import { Check } from "lucide-react";
import { type ReactNode, useEffect, useId, useRef } from "react";

export interface StepProps {
  number: number;
  title: string;
  /** The step that is open now. */
  current: number;
  /** What came of it, once it is over. */
  result: ReactNode;
  onOpen(): void;
  children: ReactNode;
}

export function Step({ number, title, current, result, onOpen, children }: StepProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  const before = useRef(current);
  const id = useId();
  const isOpen = number === current;
  const isOver = number < current;
  useEffect(() => {
    if (before.current !== current && isOpen) heading.current?.focus();
    before.current = current;
  }, [current, isOpen]);
  return (
    <section
      aria-labelledby={id}
      {...(isOpen ? { "aria-current": "step" as const } : {})}
      className="lf:border-t lf:border-line lf:py-4 lf:first:border-t-0 lf:first:pt-0"
    >
      <div className="lf:flex lf:flex-wrap lf:items-center lf:gap-3">
        <span
          aria-hidden
          className={`lf:inline-flex lf:size-6 lf:shrink-0 lf:items-center lf:justify-center lf:rounded-full lf:border lf:text-xs lf:font-medium ${
            isOpen
              ? "lf:border-transparent lf:bg-action lf:text-on-action"
              : isOver
                ? "lf:border-success-line lf:bg-success-soft lf:text-success"
                : "lf:border-line-strong lf:text-muted"
          }`}
        >
          {isOver ? <Check size={14} /> : number}
        </span>
        <h2
          id={id}
          ref={heading}
          tabIndex={-1}
          className={`lf:text-lg lf:font-semibold lf:outline-none ${isOpen || isOver ? "" : "lf:text-muted"}`}
        >
          {title}
        </h2>
        {isOver ? (
          <Button look="quiet" className="lf:ms-auto" aria-label={`Change: ${title}`} onClick={onOpen}>
            Change
          </Button>
        ) : null}
      </div>
      {isOver ? <div className="lf:ps-9 lf:text-muted">{result}</div> : null}
      {isOpen ? <div className="lf:pt-4 lf:@xl:ps-9">{children}</div> : null}
    </section>
  );
}
