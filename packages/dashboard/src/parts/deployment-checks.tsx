/** What is left to do after a deployment: asked of the site itself, so once per deployment and when a person says so. */
import { type ChecklistItem, PostDeploymentChecklist, useLandfall } from "@landfall/react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { type Answer, questionReportOf } from "../ask.ts";

/** Not among what every change asks for again: each question makes the server visit the site. */
export function useChecklist(id: string | null): Answer<ChecklistItem[]> {
  const { client } = useLandfall();
  const query = useQuery({
    queryKey: ["landfall", "checklist", id],
    queryFn: ({ signal }) => client.deployments.checklist({ id: id! }, { signal }),
    enabled: id !== null,
    staleTime: 60_000,
    refetchOnWindowFocus: false,
    retry: false,
  });
  return {
    data: query.data,
    error: query.error ? questionReportOf(query.error) : null,
    isAsking: query.isFetching,
    answeredAtMs: query.dataUpdatedAt,
    again: () => void query.refetch(),
  };
}

/** What a person marked as done is kept in this browser, for the whole project. */
export function Checklist({ id, project }: { id: string; project: string }) {
  const answer = useChecklist(id);
  const [kept, setKept] = useState(() => readKept(project));
  const keep = (next: Kept): void => {
    localStorage.setItem(keyOf(project), JSON.stringify(next));
    setKept(next);
  };
  if (kept.isHidden)
    return (
      <button
        type="button"
        className="lf:min-h-6 lf:cursor-pointer lf:text-link lf:underline"
        onClick={() => keep({ ...kept, isHidden: false })}
      >
        Show the checklist
      </button>
    );
  return (
    <PostDeploymentChecklist
      items={answer.data ?? null}
      error={answer.error}
      onCheck={answer.again}
      isChecking={answer.isAsking}
      done={kept.done}
      onDone={(item, isDone) =>
        keep({ ...kept, done: isDone ? [...kept.done, item] : kept.done.filter((one) => one !== item) })
      }
      onHide={() => keep({ ...kept, isHidden: true })}
    />
  );
}

interface Kept {
  done: string[];
  isHidden: boolean;
}

const keyOf = (project: string): string => `landfall-checklist-${project}`;

function readKept(project: string): Kept {
  try {
    const { done, isHidden } = JSON.parse(localStorage.getItem(keyOf(project)) ?? "{}") as Partial<Kept>;
    return {
      done: Array.isArray(done) ? done.filter((one) => typeof one === "string") : [],
      isHidden: isHidden === true,
    };
  } catch {
    // Somebody else's text under our name: as if nothing were kept.
    return { done: [], isHidden: false };
  }
}
