/** The places this organisation can deploy to. */
import { type LandfallClient, NewTab } from "@landfall/react";
import { useId } from "react";
import { type Answer, useAsk } from "../../ask.ts";
import { platformName } from "../../parts/deployment-platform.tsx";

export interface Target {
  platform: string;
  name: string;
  connection: string | null;
  /** Id of a saved target; null: the account as it is. */
  saved: string | null;
  /** What else there is to know of it. */
  detail: string | null;
  fault: string | null;
}

/** Accounts, and after them what is saved under a name: an account with a place on it. */
export function useTargets({ enabled }: { enabled: boolean }): Answer<Target[]> {
  const ask = async (client: LandfallClient, signal: AbortSignal): Promise<Target[]> => {
    const [{ targets }, { targets: saved }] = await Promise.all([
      client.targets.list({}, { signal }),
      client.targets.saved({}, { signal }),
    ]);
    const accounts = targets.map<Target>((one) => ({
      ...one,
      name: platformName({ id: one.platform, name: one.name }),
      saved: null,
      // Its name says whose account it is.
      detail: null,
    }));
    return [...accounts, ...saved.map((one) => savedAmong(accounts, one))];
  };
  return useAsk(["targets", "and saved"], ask, { enabled });
}

type Saved = Awaited<ReturnType<LandfallClient["targets"]["saved"]>>["targets"][number];

function savedAmong(accounts: readonly Target[], { id, name, platform, connection, target }: Saved): Target {
  const there = accounts.filter((one) => one.platform === platform);
  const account = connection === null ? there[0] : there.find((one) => one.connection === connection);
  const place = target?.projectName ?? target?.projectId;
  return {
    platform,
    name,
    connection,
    saved: id,
    detail: `saved: ${account?.name ?? platform}${place === undefined ? "" : `, project ${place}`}`,
    fault: account === undefined ? "Its account is disconnected." : account.fault,
  };
}

/** Tells one of several accounts on a platform, and what is saved, from the others. */
export function targetKey({ platform, connection, saved }: Pick<Target, "platform" | "connection" | "saved">): string {
  return saved === null ? `${platform} ${connection ?? ""}` : `saved ${saved}`;
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
                <span className="lf:block lf:font-medium lf:wrap-anywhere">{target.name}</span>
                {target.fault === null ? (
                  target.detail === null ? null : (
                    <span className="lf:block lf:text-xs lf:text-muted lf:wrap-anywhere">{target.detail}</span>
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
        Somewhere else?{" "}
        {/* Beside this page, which keeps what was said, and asks again for the places when one comes back to it. */}
        <a href="/connections" target="_blank">
          Connect a platform
          <NewTab />
        </a>{" "}
        and come back: it is offered here then.
      </p>
    </fieldset>
  );
}
