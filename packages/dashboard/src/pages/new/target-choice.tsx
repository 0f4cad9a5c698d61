/** The places this organisation can deploy to. */
import { Link } from "@tanstack/react-router";
import { useId } from "react";
import { type Answer, useAsk } from "../../ask.ts";

export interface Target {
  platform: string;
  name: string;
  connection: string | null;
  fault: string | null;
}

export function useTargets(): Answer<Target[]> {
  return useAsk(["targets"], async (client, signal) =>
    // "This machine" is another one to whoever reads it in a browser.
    (await client.targets.list({}, { signal })).targets.map((target) =>
      target.platform === "local" ? { ...target, name: "This server" } : target,
    ),
  );
}

/** Tells one of several accounts on a platform from the others. */
export function targetKey({ platform, connection }: Pick<Target, "platform" | "connection">): string {
  return `${platform} ${connection ?? ""}`;
}

export function TargetChoice({
  targets,
  chosen,
  onChoose,
  fault,
}: {
  targets: Target[];
  chosen: string;
  onChoose(key: string): void;
  fault: string | undefined;
}) {
  const id = useId();
  return (
    <fieldset {...(fault === undefined ? {} : { "aria-describedby": `${id}-fault` })}>
      <legend className="lf:mb-1 lf:text-sm lf:font-medium">Where to</legend>
      <div className="lf:grid lf:gap-2 lf:@xl:grid-cols-2">
        {targets.map((target) => {
          const key = targetKey(target);
          return (
            <label
              key={key}
              className={`lf:flex lf:min-h-11 lf:items-center lf:gap-3 lf:rounded-md lf:border lf:px-3 lf:py-2 ${
                chosen === key ? "lf:border-action" : "lf:border-line"
              } ${target.fault === null ? "lf:cursor-pointer" : "lf:text-muted"}`}
            >
              <input
                type="radio"
                name="target"
                className="lf:size-4 lf:shrink-0 lf:accent-action"
                checked={chosen === key}
                disabled={target.fault !== null}
                onChange={() => onChoose(key)}
              />
              <span className="lf:min-w-0">
                <span className="lf:block lf:font-medium">{target.name}</span>
                {target.fault === null ? (
                  target.connection === null ? null : (
                    <span className="lf:block lf:text-xs lf:text-muted">as {target.connection}</span>
                  )
                ) : (
                  <span className="lf:block lf:text-xs lf:text-failure">{target.fault}</span>
                )}
              </span>
            </label>
          );
        })}
      </div>
      {fault === undefined ? null : (
        <p id={`${id}-fault`} className="lf:mt-1 lf:text-sm lf:text-failure">
          {fault}
        </p>
      )}
      <p className="lf:mt-2 lf:text-sm lf:text-muted">
        Somewhere else? <Link to="/connections">Connect a platform</Link>
      </p>
    </fieldset>
  );
}
