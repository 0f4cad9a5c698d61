/** What the Deploy button does: finds out where it can go, sends, deploys, follows. */
import { useEffect, useRef, useState } from "react";
import { errorReportOf } from "../client.ts";
import { type Landfall, useLandfall } from "../context.tsx";
import { type Deployment, type DeploymentState, type ErrorReport, isSettled } from "../types.ts";
import { activeIn, type Choice, choicesOf, defaultOf } from "./choices.ts";

/** What is deployed when the button is pressed. */
export type DeploySource = { upload: string } | { git: string; ref?: string } | { sandbox: string };

export interface DeployRequest {
  project: string;
  /** Asked when a person has chosen where to: a source, or files to be packed and sent. */
  source: DeploySource | (() => Promise<DeploySource | Blob>);
  environment?: string;
  /** Ids of platforms to offer; default: every target that can be used now. */
  platforms?: readonly string[];
  /** Values for this deployment. */
  variables?: Record<string, string>;
  onDeployed?(deployment: Deployment): void;
  onSettled?(deployment: Deployment): void;
}

/** One press of the button. */
export type Attempt =
  | { kind: "sending"; choice: Choice; startedAt: string }
  | { kind: "deployed"; choice: Choice; deployment: Deployment }
  | { kind: "refused"; choice: Choice | null; error: ErrorReport };

/** Whether it has neither ended nor been refused. */
export function isUnderWay(attempt: Attempt | null): boolean {
  if (attempt === null || attempt.kind === "refused") return false;
  return attempt.kind === "sending" || !isSettled(attempt.deployment.state);
}

export interface Deploy {
  /** Null until the server has said. */
  choices: Choice[] | null;
  chosen: Choice | null;
  /** Deployments of the project that are under way, whoever began them. */
  active: number;
  attempt: Attempt | null;
  deploy(choice?: Choice): Promise<void>;
  cancel(): Promise<void>;
  dismiss(): void;
}

interface Place {
  choices: Choice[];
  chosen: Choice | null;
}

/** Follows the project from when it is shown, and one deployment from when it is pressed. */
export function useDeploy(request: DeployRequest): Deploy {
  const landfall = useLandfall();
  const { client, live } = landfall;
  const { project } = request;
  const offered = request.platforms?.join(" ");
  const [place, setPlace] = useState<Place | null>(null);
  const [states, setStates] = useState<ReadonlyMap<string, DeploymentState>>(new Map());
  const [attempt, setAttempt] = useState<Attempt | null>(null);
  const latest = useRef(request);
  /** Of the deployment that is followed. */
  const current = useRef<string | null>(null);
  /** A second press before the first is answered is the same press. */
  const isAsking = useRef(false);
  useEffect(() => {
    latest.current = request;
  });

  useEffect(() => {
    let isShown = true;
    const see = async (): Promise<void> => {
      const found = await lookAround(landfall, project, offered?.split(" "));
      if (!isShown) return;
      setPlace(found);
      setStates(found.states);
    };
    // What cannot be reached now is said when the button is pressed.
    const quietly = (): void => void see().catch(() => undefined);
    quietly();
    const changes = live.onChange((change) => {
      if (change === null) quietly();
      else if (change.project === project)
        setStates((before) => new Map(before).set(change.deploymentId, change.state));
      const id = current.current;
      if (id !== null && (change === null || change.deploymentId === id)) void follow(id);
    });
    return () => {
      isShown = false;
      changes[Symbol.dispose]();
    };
    // oxlint-disable-next-line exhaustive-deps -- `follow` reads what is current by itself
  }, [landfall, project, offered]);

  /** As the server has it now; the end is told once. */
  async function follow(id: string): Promise<void> {
    // A look that fails is made good by the next change, and by the stream when it is back.
    const deployment = await client.deployments.get({ id }).catch(() => null);
    if (deployment === null || current.current !== id) return;
    setAttempt((before) => (before?.kind === "deployed" ? { ...before, deployment } : before));
    setStates((before) => new Map(before).set(id, deployment.state));
    if (!isSettled(deployment.state)) return;
    current.current = null;
    latest.current.onSettled?.(deployment);
  }

  async function deploy(asked?: Choice): Promise<void> {
    if (isAsking.current) return;
    isAsking.current = true;
    current.current = null;
    let choice = asked ?? place?.chosen ?? null;
    try {
      if (choice === null) {
        const found = await lookAround(landfall, project, offered?.split(" "));
        setPlace(found);
        choice = found.chosen;
      }
      if (choice === null) {
        setAttempt({ kind: "refused", choice, error: nowhere });
        return;
      }
      setAttempt({ kind: "sending", choice, startedAt: new Date().toISOString() });
      const deployment = await ask(landfall, latest.current, choice);
      current.current = deployment.id;
      setAttempt({ kind: "deployed", choice, deployment });
      latest.current.onDeployed?.(deployment);
      // It may have gone on before we knew its name.
      void follow(deployment.id);
    } catch (error) {
      setAttempt({ kind: "refused", choice, error: errorReportOf(error) });
    } finally {
      isAsking.current = false;
    }
  }

  async function cancel(): Promise<void> {
    const id = current.current;
    // It may have ended meanwhile; how, is what is shown then.
    if (id !== null) await client.deployments.cancel({ id }).catch(() => follow(id));
  }

  return {
    choices: place?.choices ?? null,
    chosen: place?.chosen ?? null,
    active: activeIn(states),
    attempt,
    deploy,
    cancel,
    dismiss() {
      current.current = null;
      setAttempt(null);
    },
  };
}

const nowhere: ErrorReport = {
  code: "NO_ROUTE",
  what: "There is nowhere to deploy to.",
  next: "Connect an account of a platform, or choose another one.",
};

/** Where the project can go, where it went last, and what is under way. */
async function lookAround(
  { client }: Landfall,
  project: string,
  offered: readonly string[] | undefined,
): Promise<Place & { states: Map<string, DeploymentState> }> {
  const [{ targets }, deployments] = await Promise.all([
    client.targets.list({}),
    client.deployments.list({ project, limit: 100 }).then(
      (page) => page.deployments,
      (error: unknown) => {
        // The first deployment makes the project.
        if (errorReportOf(error).code === "NOT_FOUND") return [];
        throw error;
      },
    ),
  ]);
  const isMissing = offered?.some((id) => !targets.some(({ platform }) => platform === id)) === true;
  const platforms = isMissing ? (await client.platforms.list({})).platforms : [];
  const choices = choicesOf(targets, offered, new Map(platforms.map(({ id, name }) => [id, name])));
  return {
    choices,
    chosen: defaultOf(choices, deployments[0]?.platform ?? null),
    states: new Map(deployments.map(({ id, state }) => [id, state])),
  };
}

async function ask({ client, send }: Landfall, request: DeployRequest, choice: Choice): Promise<Deployment> {
  const { project, environment, variables } = request;
  const given = typeof request.source === "function" ? await request.source() : request.source;
  const source = given instanceof Blob ? { upload: await send(given) } : given;
  const asked = {
    project,
    platform: choice.platform,
    ...(environment === undefined ? {} : { environment }),
    ...(variables === undefined ? {} : { variables }),
    ...(choice.connection === null ? {} : { connection: choice.connection }),
  };
  return "sandbox" in source
    ? client.sandboxes.deploy({ id: source.sandbox, ...asked })
    : client.deployments.create({ source, ...asked });
}
