/** What a question to the server looks like while it waits, when it failed, and when only the last good answer is there. */
import { Button, ErrorPanel, RelativeTime, Skeleton } from "@landfall/react";
import { TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import type { Answer } from "../ask.ts";

export interface AskedProps<T> {
  answer: Answer<T>;
  /** Ends the sentence "Still waiting for …". */
  waitsFor: string;
  /** About as many lines as there will be. */
  lines?: number;
  children: (data: T) => ReactNode;
}

export function Asked<T>({ answer, waitsFor, lines = 4, children }: AskedProps<T>) {
  const { data, error, isAsking, again, answeredAtMs } = answer;
  if (data === undefined)
    return error === null ? (
      <Skeleton lines={lines} waitsFor={waitsFor} />
    ) : (
      <ErrorPanel error={error} onRetry={again} isNew />
    );
  return (
    <>
      {error === null ? null : (
        <div
          role="status"
          className="lf:mb-3 lf:flex lf:flex-wrap lf:items-center lf:gap-2 lf:rounded-md lf:border lf:border-warning-line lf:bg-warning-soft lf:px-3 lf:py-2"
        >
          <TriangleAlert aria-hidden size={16} className="lf:shrink-0 lf:text-warning" />
          <span className="lf:min-w-0 lf:grow lf:basis-48 lf:break-words">
            {error.what} Shown as it was <RelativeTime at={new Date(answeredAtMs).toISOString()} />.
          </span>
          <Button onClick={again} unavailable={isAsking ? "It is being asked." : undefined}>
            Try again
          </Button>
        </div>
      )}
      {children(data)}
    </>
  );
}
