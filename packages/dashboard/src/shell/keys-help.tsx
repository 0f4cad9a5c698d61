/** The keys that do something here, and the switch that turns single ones off. */
import { Dialog } from "@landfall/react";
import { useState } from "react";
import { allCommands } from "./commands.ts";
import { paletteKeys, switchKeys, useAreKeysOn } from "./keys.ts";

export function KeysHelp({ onClose }: { onClose(): void }) {
  const [commands] = useState(allCommands);
  const isOn = useAreKeysOn();
  const withKeys = commands.flatMap(({ title, keys, id }) => (keys === undefined ? [] : [{ id, title, keys }]));
  return (
    <Dialog
      open
      onClose={onClose}
      title="Keys"
      initialFocus="title"
      description="Single keys work outside fields; two are pressed one after the other."
    >
      <label className="lf:mb-4 lf:flex lf:min-h-6 lf:cursor-pointer lf:items-center lf:gap-2">
        <input
          type="checkbox"
          className="lf:size-4 lf:accent-action"
          checked={isOn}
          onChange={({ target }) => switchKeys(target.checked)}
        />
        Use single keys in this browser
      </label>
      <dl className={`lf:m-0 lf:grid lf:grid-cols-[1fr_auto] lf:gap-x-4 lf:gap-y-1 ${isOn ? "" : "lf:text-muted"}`}>
        {[{ id: "palette", title: "Search everything", keys: paletteKeys }, ...withKeys].map(({ id, title, keys }) => (
          <div key={id} className="lf:contents">
            <dt>{title}</dt>
            <dd className="lf:m-0 lf:text-end">
              {keys.split(" ").map((key) => (
                <kbd
                  key={key}
                  className="lf:ms-1 lf:inline-block lf:min-w-6 lf:rounded-sm lf:border lf:border-line-strong lf:px-1 lf:text-center lf:font-mono lf:text-xs"
                >
                  {key}
                </kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
