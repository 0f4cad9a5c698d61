import { type ReactNode, useState } from "react";
import { type ChecklistItem, PostDeploymentChecklist } from "../src/index.ts";
import { checklist, unreachable } from "./deployments.ts";

export const title = "PostDeploymentChecklist";

const nothing = (): void => undefined;
const only = (...states: ChecklistItem["state"][]): ChecklistItem[] =>
  checklist.filter(({ state }) => states.includes(state));

export const stories: Record<string, () => ReactNode> = {
  loading: () => <PostDeploymentChecklist items={null} />,
  checking: () => <PostDeploymentChecklist items={checklist} isChecking onCheck={nothing} onDone={nothing} />,
  passed: () => <PostDeploymentChecklist items={only("done")} onCheck={nothing} onHide={nothing} />,
  "failed with next": () => (
    <PostDeploymentChecklist items={checklist} onCheck={nothing} onDone={nothing} onHide={nothing} />
  ),
  "not checked, with the reason": () => <PostDeploymentChecklist items={only("unknown")} onCheck={nothing} />,
  "could not be asked": () => <PostDeploymentChecklist items={null} error={unreachable} onCheck={nothing} />,
  "asked again in vain": () => <PostDeploymentChecklist items={checklist} error={unreachable} onCheck={nothing} />,
  nothing: () => <PostDeploymentChecklist items={[]} onCheck={nothing} />,
  "marked by hand": () => <Marked />,
};

function Marked() {
  const [done, setDone] = useState<string[]>([]);
  return (
    <PostDeploymentChecklist
      items={checklist}
      done={done}
      onDone={(id, isDone) => setDone(isDone ? [...done, id] : done.filter((one) => one !== id))}
    />
  );
}
