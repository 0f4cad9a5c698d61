/** After the switch: the address people will use answers, with the release that was deployed, and with its bytes. */
import { createHash } from "node:crypto";
import { request } from "node:http";
import type { Artifact } from "../artifact.ts";
import type { Clock } from "../clock.ts";
import { DeployError } from "../error.ts";
import type { ServicePlan } from "../plan/plan.ts";
import type { DeployedService } from "../platform.ts";

/** Header by which our edge says which release answered. */
export const releaseHeader = "x-landfall-release";

const deadlineMs = 20_000;

export interface Answer {
  status: number;
  headers: NodeJS.Dict<string | string[]>;
  body: Buffer;
}

/** Throws VERIFY_FAILED with the last answer as evidence. */
export async function verifyService({
  service,
  plan,
  artifact,
  release,
  clock,
  signal,
  log,
}: {
  service: DeployedService;
  plan: ServicePlan;
  artifact: Artifact;
  release: string;
  clock: Clock;
  signal: AbortSignal;
  log(line: string): void;
}): Promise<void> {
  const deadline = clock.now() + deadlineMs;
  const path = plan.kind === "static" ? "/" : plan.check.path;
  for (;;) {
    signal.throwIfAborted();
    let fault: string;
    try {
      const answer = await get(service.url, path, signal);
      fault = faultOf(answer, plan, artifact, release) ?? "";
      if (fault === "") {
        log(`GET ${new URL(path, service.url).href} → ${answer.status}`);
        return;
      }
    } catch (error) {
      if (signal.aborted) throw error;
      fault = error instanceof Error ? error.message : String(error);
    }
    if (clock.now() > deadline) {
      throw new DeployError("VERIFY_FAILED", {
        what: `${plan.name} is deployed, but its address does not answer as it should: ${fault}.`,
        where: new URL(path, service.url).href,
        next: "Open the address and look; landfall logs shows what the application printed.",
        step: "verify",
        evidence: [fault],
      });
    }
    await clock.sleep(150, signal);
  }
}

function faultOf(answer: Answer, plan: ServicePlan, artifact: Artifact, release: string): string | null {
  if (answer.status >= 500) return `it answered ${answer.status}`;
  const served = answer.headers[releaseHeader];
  if (served !== undefined && served !== release) return `another release (${String(served)}) answered`;
  if (plan.kind !== "static" || answer.status !== 200) return null;
  const index = artifact.files.find((file) => file.path === "index.html");
  if (index && createHash("sha256").update(answer.body).digest("hex") !== index.sha256)
    return "the page is not the one that was built";
  return null;
}

/** GET without help of the system's resolver: names under `localhost` are this machine (RFC 6761), whatever the resolver knows. */
export function get(base: string, path: string, signal: AbortSignal): Promise<Answer> {
  // Joined as text: read as an address, a path of two slashes would name another host.
  const url = new URL(new URL(base).origin + path);
  const local = url.hostname === "localhost" || url.hostname.endsWith(".localhost");
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        host: local ? "127.0.0.1" : url.hostname,
        port: url.port || 80,
        path: url.pathname + url.search,
        headers: {
          host: url.host,
          "user-agent": "landfall-probe",
          accept: "text/html,*/*",
          "accept-encoding": "identity",
        },
        timeout: 10_000,
        signal,
        agent: false,
      },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on("data", (chunk: Buffer) => chunks.push(chunk));
        answer.on("error", reject);
        answer.on("end", () =>
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(chunks) }),
        );
      },
    );
    outgoing.on("timeout", () => outgoing.destroy(new Error("no answer within 10 s")));
    outgoing.on("error", reject);
    outgoing.end();
  });
}
