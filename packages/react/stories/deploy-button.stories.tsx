import { type ReactNode, useState } from "react";
import type { Choice } from "../src/deploy-button/choices.ts";
import type { Attempt } from "../src/deploy-button/use-deploy.ts";
import { DeployView, type DeployViewProps } from "../src/deploy-button/view.tsx";
import {
  DeployButton,
  type Deployment,
  type DeploymentState,
  FixedNow,
  isSettled,
  type LandfallClient,
  LandfallProvider,
} from "../src/index.ts";
import { at, deploymentOf, now } from "./deployments.ts";

export const title = "DeployButton";

const local: Choice = { platform: "local", name: "This machine", connection: null, unavailable: null };
const netlify: Choice = { platform: "netlify", name: "Netlify: box-office", connection: "con_1", unavailable: null };
const vercel: Choice = {
  platform: "vercel",
  name: "Vercel: stage",
  connection: "con_2",
  unavailable: "Vercel refused the access token",
};
const choices = [local, netlify, vercel];

/** Built in 72 seconds, as far as it has ended. */
const deployment = (state: DeploymentState, rest: Partial<Deployment> = {}): Deployment =>
  deploymentOf({ id: "dep_1", project: "kettle", state, finishedAt: isSettled(state) ? at(72) : null, ...rest });

function shown(attempt: Attempt | null, more: Partial<DeployViewProps> = {}): () => ReactNode {
  return () => (
    <FixedNow at={now}>
      <DeployView
        choices={choices}
        chosen={local}
        active={0}
        attempt={attempt}
        onDeploy={() => undefined}
        onCancel={() => undefined}
        dismiss={() => undefined}
        {...more}
      />
    </FixedNow>
  );
}

/** A server that deploys at once, and writes down what it was asked. */
function server(): LandfallClient {
  const made: Deployment[] = [];
  const asked: unknown[] = [];
  Object.assign(globalThis, { asked });
  const told: ((change: unknown) => void)[] = [];
  const fake = {
    targets: {
      list: async () => ({
        targets: choices.map(({ platform, name, connection, unavailable: fault }) => ({
          platform,
          name,
          connection,
          fault,
        })),
      }),
    },
    sandboxes: {
      deploy: async (input: { platform: string }) => {
        asked.push(input);
        const one = deployment("building", {
          platform: input.platform,
          createdAt: new Date().toISOString(),
          finishedAt: null,
        });
        made.unshift(one);
        setTimeout(() => {
          made[0] = {
            ...one,
            state: "success",
            url: "http://kettle.localhost:8080",
            finishedAt: new Date().toISOString(),
          };
          for (const tell of told)
            tell({
              type: "change",
              deploymentId: "dep_1",
              project: "kettle",
              environment: "production",
              state: "success",
              live: true,
            });
        }, 1_000);
        return one;
      },
    },
    deployments: { list: async () => ({ deployments: made, nextCursor: null }), get: async () => made[0] },
    live: async () =>
      (async function* () {
        yield { type: "beat" };
        for (;;) yield await new Promise((resolve) => told.push(resolve));
      })(),
  };
  return fake as unknown as LandfallClient;
}

const driven = server();

function Driven() {
  const [url, setUrl] = useState<string | null>(null);
  return (
    <LandfallProvider client={driven}>
      <DeployButton project="kettle" source={{ sandbox: "sbx_1" }} onSettled={(one) => setUrl(one.url)} />
      {url === null ? null : <p>Told: {url}</p>}
    </LandfallProvider>
  );
}

export const stories: Record<string, () => ReactNode> = {
  ready: shown(null),
  "before the server has said": shown(null, { choices: null, chosen: null }),
  "two active": shown(null, { active: 2 }),
  "nowhere to go": shown(null, { choices: [vercel], chosen: null }),
  menu: shown(null, { isMenuOpen: true }),
  sending: shown({ kind: "sending", choice: local, startedAt: at(0) }),
  building: shown({ kind: "deployed", choice: local, deployment: deployment("building") }, { active: 1 }),
  success: shown({
    kind: "deployed",
    choice: local,
    deployment: deployment("success", { url: "https://kettle.example.com/" }),
  }),
  failed: shown({
    kind: "deployed",
    choice: netlify,
    deployment: deployment("failed", {
      error: {
        code: "BUILD_FAILED",
        what: "The build ended with an error.",
        where: "build kettle: npm run build exited with 2",
        next: "Mend src/split.ts, line 12, and deploy again.",
      },
    }),
  }),
  cancelled: shown({
    kind: "deployed",
    choice: local,
    deployment: deployment("cancelled", { reason: "A newer deployment took its place." }),
  }),
  refused: shown({
    kind: "refused",
    choice: local,
    error: {
      code: "PLATFORM_UNAVAILABLE",
      what: "The server could not be reached.",
      next: "Check the network, then try again. Nothing was lost.",
    },
  }),
  "driven by a server": () => <Driven />,
};
