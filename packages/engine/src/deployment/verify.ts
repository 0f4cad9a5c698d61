/** After the switch: the address people will use answers, with the release that was deployed, and with its bytes. */
import { hash } from "node:crypto";
import type { Artifact } from "../artifact.ts";
import type { Clock } from "../clock.ts";
import { errnoOf } from "../errno.ts";
import { DeployError } from "../error.ts";
import type { ServicePlan } from "../plan/plan.ts";
import type { DeployedService } from "../platform.ts";
import type { SnapshotFile } from "../snapshot/snapshot.ts";
import { type Answer, get } from "./ask.ts";

/** Header by which our edge says which release answered. */
export const releaseHeader = "x-landfall-release";

/** How long an address has to answer as it should: a platform far away first tells its edges. */
const deadlineMs = { local: 20_000, hosted: 60_000 };

export interface Verification {
  service: DeployedService;
  plan: ServicePlan;
  artifact: Artifact;
  release: string;
  /** Served by somebody else: not being reachable from here is no proof of a fault, and pages may be changed on their way. */
  hosted: boolean;
  clock: Clock;
  signal: AbortSignal;
  log(line: string): void;
  note(message: string): Promise<void>;
}

/** Ask until the address answers as it should; answers what was seen, in a line. Throws VERIFY_FAILED with the last answer as evidence. */
export async function verifyService(given: Verification): Promise<string> {
  const { service, plan, hosted, clock, signal } = given;
  const deadline = clock.now() + (hosted ? deadlineMs.hosted : deadlineMs.local);
  const path = plan.kind === "static" ? "/" : plan.check.path;
  const address = new URL(path, service.url).href;
  for (;;) {
    signal.throwIfAborted();
    let fault: string;
    try {
      // Of a page that is not known, the status says all there is to know.
      const answer = await get(service.url, path, signal, indexOf(given)?.sizeBytes ?? 0);
      fault = (await faultOf(answer, given)) ?? "";
      if (fault === "") {
        const why = isKeptOut(answer, service) ? " (behind a login, as it should be)" : "";
        const seen = `GET ${address} → ${answer.status}${why}`;
        given.log(seen);
        if (answer.status === 400 && plan.kind === "server") await given.note(refusesHost(seen, service));
        return seen;
      }
    } catch (error) {
      if (signal.aborted) throw error;
      fault = error instanceof Error ? error.message : String(error);
      if (hosted && isOurSide(error)) {
        await given.note(`${address} could not be asked from here (${fault}); the platform says that it is live.`);
        return `${address} could not be asked from here`;
      }
    }
    if (clock.now() > deadline) {
      throw new DeployError("VERIFY_FAILED", {
        what: `${plan.name} is deployed, but its address does not answer as it should: ${fault}.`,
        where: address,
        next: "Open the address and look; landfall logs shows what the application printed.",
        step: "verify",
        evidence: [fault],
      });
    }
    await clock.sleep(hosted ? 1_000 : 150, signal);
  }
}

/** The usual reason for 400 is a list of names that lacks this one, and then nobody sees anything but that. */
function refusesHost(seen: string, { url, alsoAt = [] }: DeployedService): string {
  const names = [...new Set([url, ...alsoAt].map((one) => new URL(one).hostname))].join(", ");
  return `${seen}: the program refuses the request. If it has a list of allowed hosts (ALLOWED_HOSTS of Django, config.hosts of Rails), add ${names}.`;
}

/** No way out of this network, or no name server: nothing that says anything about the site. */
function isOurSide(error: unknown): boolean {
  return ["ENOTFOUND", "EAI_AGAIN", "ENETUNREACH", "EHOSTUNREACH"].includes(errnoOf(error) ?? "");
}

function isKeptOut({ status }: Answer, service: DeployedService): boolean {
  return service.protected === true && (status === 401 || status === 403 || status === 302);
}

/** Of a source, the pages are made elsewhere: its files say nothing of what is served. */
function indexOf({ artifact }: Verification): SnapshotFile | undefined {
  return artifact.kind === "files" ? artifact.files.find((file) => file.path === "index.html") : undefined;
}

async function faultOf(answer: Answer, given: Verification): Promise<string | null> {
  const { service, release, hosted } = given;
  if (answer.status >= 500) return `it answered ${answer.status}`;
  const served = answer.headers[releaseHeader];
  if (served !== undefined && served !== release) return `another release (${String(served)}) answered`;
  if (isKeptOut(answer, service)) return null;
  const index = indexOf(given);
  if (hosted && (answer.status === 401 || answer.status === 403)) return `it keeps visitors out with ${answer.status}`;
  if (hosted && index && answer.status === 404) return "it answered 404, although there is an index.html";
  if (!index || answer.status !== 200 || hash("sha256", answer.body) === index.sha256) return null;
  return hosted ? assetFault(given) : "the page is not the one that was built";
}

/** Platforms may add to pages (analytics, toolbars of previews); what is no page must be the same to the byte. */
async function assetFault({ service, artifact, signal, note }: Verification): Promise<string | null> {
  const asset = artifact.files
    .filter((file) => /\.(?:js|css|png|svg|jpg|webp|woff2|txt|json)$/.test(file.path) && file.sizeBytes > 0)
    .sort((a, b) => a.sizeBytes - b.sizeBytes)[0];
  if (!asset) return "the page is not the one that was deployed";
  const answer = await get(service.url, `/${encodeURI(asset.path)}`, signal, asset.sizeBytes);
  if (answer.status !== 200 || hash("sha256", answer.body) !== asset.sha256)
    return `neither / nor /${asset.path} is what was deployed`;
  await note(`${service.url} serves index.html with changes of the platform; other files are as they were deployed.`);
  return null;
}
