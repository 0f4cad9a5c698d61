/** From a folder or a repository to a deployment: four steps on one page, each folded to its result when it is over. */
import { useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { inSentence } from "../../parts/deployment-platform.tsx";
import { useAsk } from "../../ask.ts";
import { Page } from "../../shell/page.tsx";
import { DetectedStep, detectionInWords } from "./detected-step.tsx";
import { type Draft, emptyDraft, newValues } from "./draft.ts";
import type { Folder } from "./folder.ts";
import { PlanStep } from "./plan-step.tsx";
import { LeftOut, SourceStep } from "./source-step.tsx";
import { Step } from "./step.tsx";
import { TargetStep } from "./target-step.tsx";

/** `?project=` deploys a new version of one that is there; `?git=` and `?ref=` fill the repository in. */
interface Asked {
  project?: unknown;
  git?: unknown;
  ref?: unknown;
}

export function NewPage() {
  const asked = useSearch({ strict: false }) as Asked;
  const existing = typeof asked.project === "string" ? asked.project : null;
  const git = {
    url: typeof asked.git === "string" ? asked.git : "",
    ref: typeof asked.ref === "string" ? asked.ref : "",
  };
  const [current, open] = useState(1);
  const [draft, setDraft] = useState<Draft>(emptyDraft);
  const [leftOut, setLeftOut] = useState<Folder["leftOut"]>(new Map());
  const { chosen, destination } = draft;
  const change = (part: Partial<Draft>): void => setDraft((before) => ({ ...before, ...part }));
  const detected = useAsk(
    ["detect", chosen?.source],
    (client, signal) => client.detect({ source: chosen!.source }, { signal }),
    { enabled: chosen !== null, isLive: false },
  );
  const detection = detected.data ?? null;
  const set = newValues(draft).length;
  return (
    <Page
      title={existing === null ? "New project" : `Deploy ${existing}`}
      description="Nothing is changed anywhere until the last step."
    >
      <div className="lf:max-w-3xl lf:@container">
        <Step
          current={current}
          number={1}
          title="Source"
          onOpen={() => open(1)}
          result={
            <>
              <p className="lf:break-words">
                {chosen?.title}, {chosen?.detail}
              </p>
              <LeftOut leftOut={leftOut} />
            </>
          }
        >
          <SourceStep
            git={git}
            onChosen={(source, left) => {
              // Another source: what was said about the last one does not hold for it; where it goes and its variables do.
              change({ chosen: source, overrides: {}, services: null, allowMissing: false });
              setLeftOut(left);
              open(2);
            }}
          />
        </Step>
        <Step
          current={current}
          number={2}
          title="What it is"
          onOpen={() => open(2)}
          result={
            <p>
              {detection === null ? "As you said" : detectionInWords(detection)}
              {Object.keys(draft.overrides).length === 0 ? "" : `, ${Object.keys(draft.overrides).length} changed`}
            </p>
          }
        >
          <DetectedStep
            detection={detection}
            error={detected.error}
            onRetry={detected.again}
            overrides={draft.overrides}
            onOverrides={(overrides) => change({ overrides })}
            services={draft.services}
            onServices={(services) => change({ services })}
            onDone={() => open(3)}
          />
        </Step>
        <Step
          current={current}
          number={3}
          title="Where it goes"
          onOpen={() => open(3)}
          result={
            <p>
              {destination?.project} on {inSentence(destination?.platformName ?? "")}, {destination?.environment}
              {set === 0 ? "" : `, ${set} ${set === 1 ? "variable" : "variables"} to set`}
            </p>
          }
        >
          <TargetStep
            name={chosen?.name ?? ""}
            existing={existing}
            destination={destination}
            detection={detection}
            variables={draft.variables}
            onVariables={(variables) => change({ variables, allowMissing: false })}
            onDone={(place) => {
              change({ destination: place });
              open(4);
            }}
          />
        </Step>
        <Step current={current} number={4} title="What will happen" onOpen={() => open(4)} result={null}>
          {chosen && destination ? (
            <PlanStep
              draft={draft}
              chosen={chosen}
              destination={destination}
              onOpen={open}
              onAllowMissing={() => change({ allowMissing: true })}
            />
          ) : null}
        </Step>
      </div>
    </Page>
  );
}
