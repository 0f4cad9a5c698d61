/** The same from a terminal: a command line to take away. */
import { CopyField } from "@landfall/react";

export function Terminal({ command, says = "The same from a terminal" }: { command: string; says?: string }) {
  return (
    <div className="lf:min-w-0">
      <p className="lf:mb-1 lf:text-xs lf:text-muted">{says}</p>
      <CopyField text={command} label="command" />
    </div>
  );
}

/** A word of a command line as a shell takes it. */
export function word(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
