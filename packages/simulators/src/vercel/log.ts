/** Logs of a deployment: what its build wrote, as history or as it comes, and what its functions write. */
import { setTimeout as delay } from "node:timers/promises";
import { deploymentOf, type Endpoint } from "./call.ts";
import { isSettled, lookAtBuild } from "./build.ts";
import { aliasesOf } from "./deployment-view.ts";
import type { Deployment, LogLine, VercelState } from "./state.ts";

export const logEndpoints: Record<string, Endpoint> = {
  "GET /v3/deployments/:id/events": (call) => {
    const { state, request } = call;
    const { query } = request;
    const deployment = deploymentOf(call, request.param("id"));
    const since = Number(query.get("since") ?? 0);
    const until = Number(query.get("until") ?? Infinity);
    const limit = Number(query.get("limit") ?? -1);
    if (query.get("follow") === "1")
      return { headers: streamed, body: follow(state, deployment, { since, now: call.now, signal: request.signal }) };
    const form = query.get("format") === "lines" ? line : nested;
    const events = deployment.log
      .map((entry, index) => ({ date: entry.date, event: form(deployment, entry, index) }))
      .filter(({ date }) => date >= since && date <= until)
      .map(({ event }) => event);
    if (query.get("direction") === "backward") events.reverse();
    const page = limit > 0 ? events.slice(0, limit) : events;
    return query.get("format") === "lines"
      ? { headers: streamed, body: page.map((event) => `${JSON.stringify(event)}\n`).join("") }
      : { json: page };
  },

  "GET /v11/deployments/:id/builds": (call) => {
    const { id, readyState, createdAt, readyAt } = deploymentOf(call, call.request.param("id"));
    const build = { id: buildIdOf(id), deploymentId: id, entrypoint: ".", use: "@vercel/static", output: [] };
    return { json: { builds: [{ ...build, readyState, createdAt, readyStateAt: readyAt ?? createdAt }] } };
  },

  "GET /v1/projects/:project/deployments/:id/runtime-logs": (call) => {
    const { host } = deploymentOf(call, call.request.param("id"));
    const none = { level: "info", message: "", messageTruncated: false, domain: host, timestampInMs: call.now };
    const end = { ...none, rowId: "1", source: "delimiter", requestMethod: "", requestPath: "", responseStatusCode: 0 };
    return { headers: streamed, body: `${JSON.stringify(end)}\n` };
  },
};

const streamed = { "content-type": "application/stream+json" };

/** How long a stream waits for somebody else to look at the deployment, before it looks itself. */
const patienceMs = 50;

/** Lines as they are written, until the deployment is settled; then who answers for it. `since` is included: lines share milliseconds. */
async function* follow(
  state: VercelState,
  deployment: Deployment,
  { since, now, signal }: { since: number; now: number; signal: AbortSignal },
): AsyncGenerator<string> {
  const began = performance.now();
  const { log } = deployment;
  for (let sent = 0; ; ) {
    for (; sent < log.length; sent++)
      if (log[sent]!.date >= since) yield `${JSON.stringify(line(deployment, log[sent]!, sent))}\n`;
    if (isSettled(deployment)) break;
    const before = deployment.readyState;
    await delay(patienceMs, undefined, { signal });
    const at = now + Math.floor(performance.now() - began);
    if (deployment.readyState === before) lookAtBuild(state, deployment, at);
  }
  const { id: deploymentId, aliasAssigned: date, aliasError, readyState } = deployment;
  if (readyState !== "READY") return;
  const alias = aliasesOf(state, deployment);
  yield `${JSON.stringify({ type: "alias-assigned", deploymentId, date, alias, aliasError, aliasWarning: null })}\n`;
}

function line({ id: deploymentId }: Deployment, { date, ...entry }: LogLine, index: number) {
  const serial = String(index).padStart(12, "0");
  const info = { type: "build", name: buildIdOf(deploymentId), entrypoint: "." };
  return { ...entry, created: date, date, deploymentId, id: `${date}${serial}`, serial, info };
}

const buildIdOf = (deploymentId: string) => `bld_${deploymentId.slice(4, 13)}`;

/** The older form, without `format=lines`. */
function nested(deployment: Deployment, entry: LogLine, index: number) {
  const { type, created, level, ...payload } = line(deployment, entry, index);
  return { type, created, level, payload };
}
