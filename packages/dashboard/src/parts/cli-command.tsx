/** The same from a terminal. */
import { CopyField } from "@landfall/react";
import { SquareTerminal } from "lucide-react";

export function CliCommand({ command, label = "command" }: { command: string; label?: string }) {
  return (
    <div className="lf:flex lf:max-w-full lf:min-w-0 lf:items-center lf:gap-2 lf:text-xs lf:text-muted">
      <SquareTerminal aria-hidden size={14} className="lf:shrink-0" />
      <span className="lf:sr-only">In a terminal:</span>
      <span className="lf:min-w-0">
        <CopyField text={command} label={label} />
      </span>
    </div>
  );
}
