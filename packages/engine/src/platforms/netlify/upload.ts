/** One deployment described in one call, and the upload of what Netlify lacks of it. */
import { sentDetail } from "../../deployment/detail.ts";
import { DeployError } from "../../error.ts";
import { path } from "../../http/api.ts";
import { ApiError } from "../../http/api-error.ts";
import type { DeployContext, ReleaseContext, StepContext } from "../../platform.ts";
import { sendAll } from "../../upload/send-all.ts";
import { type Deploy, deployAt, recentDeploys, titleOf, titleText, untilDeploy } from "./api.ts";
import type { Shipment, Upload } from "./manifest.ts";
import type { Home } from "./site.ts";

/** Above so many files the manifest is compared in the background, as Netlify's own command line asks for. */
const mostFilesAtOnce = 100;
/** Larger files are sent in parts as they are read. */
const wholeBytes = 4 * 1024 * 1024;
/** Read into memory that is used again: most files are no larger. */
const scratchBytes = 64 * 1024;
/** Held of a file that is sent in parts. */
const partBytes = 512 * 1024;
const uploadTimeoutMs = 120_000;
/** When it does not say how long. As in @netlify/api 15. */
const unsaidWaitMs = 5_000;
/** A wait that Netlify asks for is waited for when it is no longer than this: deployments are counted by the minute, and by the day. */
const longestWaitMs = 65_000;

/** Describe the deployment and send what Netlify asks for. What an earlier run left is taken up. */
export async function upload(
  context: DeployContext,
  { home: { siteId }, shipment, inner }: { home: Home; shipment: Shipment; inner: StepContext },
): Promise<{ id: string; sent: number }> {
  const { api, clock } = context;
  const { signal, log } = inner;
  const before = inner.attempt > 1 ? await findOurs(context, siteId) : undefined;
  const created = await withManifest(context, before ?? (await create(context, { siteId, shipment, signal })), {
    siteId,
    shipment,
    signal,
  });
  const isThere = ({ state }: Deploy): boolean => state !== "new" && state !== "preparing";
  const described = await untilDeploy(created, { api, clock, siteId, isThere, signal, log });
  const wanted = wantedBy(described).flatMap((digest) => shipment.uploads.get(digest) ?? []);
  log(`Netlify lacks ${wanted.length} of ${shipment.uploads.size} different files.`);
  const uncertain = new Set<Upload>();
  // One for each file in flight; one whose request failed may still be read from, and is let go.
  const scratches: Buffer[] = [];
  await sendAll(wanted, {
    clock,
    signal,
    weigh: ({ sizeBytes, parts }) => (parts && sizeBytes > wholeBytes ? partBytes : sizeBytes),
    async send(one, sending) {
      if (uncertain.has(one)) {
        const now = await deployAt(api, { siteId, id: described.id, signal: sending });
        if (!wantedBy(now).includes(one.digest)) return;
      }
      uncertain.add(one);
      const scratch = scratches.pop() ?? Buffer.allocUnsafeSlow(scratchBytes);
      await api.send({
        method: "PUT",
        path: path`/deploys/${described.id}` + one.path,
        ...(one.query ? { query: one.query } : {}),
        headers: { "content-type": "application/octet-stream" },
        body: one.parts && one.sizeBytes > wholeBytes ? one.parts : one.whole(scratch),
        lengthBytes: one.sizeBytes,
        expects: "json",
        timeoutMs: uploadTimeoutMs,
        tries: 1,
        signal: sending,
      });
      scratches.push(scratch);
    },
    onSent: () => void (api.traffic.filesSent += 1),
  });
  const sizeBytes = wanted.reduce((sum, one) => sum + one.sizeBytes, 0);
  inner.detail(sentDetail({ files: wanted.length, sizeBytes, of: shipment.uploads.size }));
  return { id: described.id, sent: wanted.length };
}

/**
 * Netlify's own command line sends the manifest in a second call; the first takes it too, as its API guide says. A deployment that is as
 * new as before has not taken it.
 */
async function withManifest(
  { api }: DeployContext,
  deploy: Deploy,
  { siteId, shipment, signal }: { siteId: string; shipment: Shipment; signal: AbortSignal },
): Promise<Deploy> {
  if (deploy.state !== "new" || deploy.required?.length) return deploy;
  return api.call<Deploy>({
    method: "PUT",
    path: path`/sites/${siteId}/deploys/${deploy.id}`,
    json: { ...shipment.manifest, async: isLarge(shipment), draft: false },
    timeoutMs: uploadTimeoutMs,
    signal,
  });
}

function isLarge({ manifest }: Shipment): boolean {
  return Object.keys(manifest.files).length > mostFilesAtOnce;
}

function wantedBy({ required, required_functions }: Deploy): string[] {
  return [...(required ?? []), ...(required_functions ?? [])];
}

async function create(
  context: DeployContext,
  { siteId, shipment, signal }: { siteId: string; shipment: Shipment; signal: AbortSignal },
): Promise<Deploy> {
  const { api, clock, environment, deploymentId, release } = context;
  const title = titleText({ service: release.services[0]!.plan.name, deployment: deploymentId, release: release.id });
  for (;;) {
    try {
      return await api.call<Deploy>({
        method: "POST",
        path: path`/sites/${siteId}/deploys`,
        query: { title },
        json: {
          ...shipment.manifest,
          async: isLarge(shipment),
          draft: false,
          ...(environment === "production" ? {} : { branch: environment }),
        },
        repeatable: false,
        tries: 1,
        timeoutMs: uploadTimeoutMs,
        signal,
      });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.status === 404) throw siteGone(context);
      if (error.status !== 429) throw error;
      const waitMs = error.text.retryAfterMs ?? unsaidWaitMs;
      if (waitMs > longestWaitMs) throw tooManyDeployments(error);
      await context.note(`Netlify takes few deployments a minute; this one goes on in ${Math.ceil(waitMs / 1_000)} s.`);
      await clock.sleep(waitMs, signal);
    }
  }
}

/** The deployment an earlier run of this one made there; undefined when there is none. */
export async function findOurs(
  { api, deploymentId, signal }: ReleaseContext,
  siteId: string,
): Promise<Deploy | undefined> {
  const recent = await recentDeploys(api, { siteId, signal });
  return recent.find((one) => titleOf(one)?.deployment === deploymentId);
}

function siteGone({ project, target }: DeployContext): DeployError {
  return new DeployError("NOT_FOUND", {
    what: `The site ${target.projectName ?? project} is no longer on Netlify, or this credential may not see it.`,
    where: "netlify, step upload",
    next: `Connect the account it belongs to; if it was deleted, forget it with: landfall rm ${project}, and deploy again.`,
    step: "create",
  });
}

function tooManyDeployments(cause: ApiError): DeployError {
  const { retryAfterMs = 0, where } = cause.text;
  return new DeployError(
    "RATE_LIMIT_EXCEEDED",
    {
      what: "Netlify takes no more deployments for now: there may be 3 a minute and 100 a day.",
      ...(where === undefined ? {} : { where }),
      next: `Try again in ${Math.ceil(retryAfterMs / 60_000)} minutes.`,
      retryAfterMs,
      step: "create",
    },
    { cause },
  );
}
