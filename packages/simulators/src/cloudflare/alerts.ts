/** Notifications: where they are sent to, what is told, and the sending. The body of a message and the events' names are assumed; the header is documented. */
import type { SimulatedRequest } from "../definition.ts";
import { accountOf } from "./account.ts";
import { instant, isObject, objectOf, ok, refuse, type Routes } from "./envelope.ts";
import { freshId, type CloudflareState, type Policy, type Webhook } from "./state.ts";

/** What happened to a Pages deployment. */
export type CloudflareEvent = "EVENT_DEPLOYMENT_STARTED" | "EVENT_DEPLOYMENT_FAILED" | "EVENT_DEPLOYMENT_SUCCESS";

const alertType = "pages_event_alert";

/** One message, and how it was taken. */
export interface CloudflareDelivery {
  url: string;
  /** Of the answer; 0 where nobody answered. */
  status: number;
}

/**
 * Tell every webhook whose policy asks for it of what happened to a Pages deployment, as Cloudflare does: the destination's secret
 * travels in `cf-webhook-auth`, nothing is signed. Throws a TypeError for a deployment that does not exist.
 */
export async function deliverCloudflareAlerts(
  state: CloudflareState,
  { deployment: id, event, now = Date.now() }: { deployment: string; event: CloudflareEvent; now?: number },
): Promise<CloudflareDelivery[]> {
  for (const account of state.accounts.values())
    for (const project of account.projects.values()) {
      const deployment = project.deployments.find((each) => each.id === id);
      if (!deployment) continue;
      const environment = deployment.environment === "production" ? "ENVIRONMENT_PRODUCTION" : "ENVIRONMENT_PREVIEW";
      const values: Record<string, string> = { project_id: project.id, environment, event };
      const asking = [...account.policies.values()].filter((policy) => asksFor(policy, values));
      const deliveries = asking.flatMap((policy) =>
        (policy.mechanisms.webhooks ?? []).map(async (mechanism) => {
          const webhook = account.webhooks.get(mechanism.id)!;
          const text = `${project.name}: ${event.toLowerCase().replaceAll("_", " ")}`;
          const data = { ...values, project_name: project.name, deployment_id: id, branch: deployment.branch };
          const subject = { account_id: account.id, policy_id: policy.id, alert_type: alertType };
          return {
            url: webhook.url,
            status: await post(webhook, { name: policy.name, text, data, ts: toS(now), ...subject }),
          };
        }),
      );
      return Promise.all(deliveries);
    }
  throw new TypeError(`there is no Pages deployment ${id}`);
}

const toS = (milliseconds: number) => Math.floor(milliseconds / 1000);

/** A filter that is not there, or is empty, lets everything through. */
function asksFor({ alert_type: type, enabled, filters }: Policy, values: Record<string, string>): boolean {
  return (
    enabled &&
    type === alertType &&
    Object.entries(filters).every(([name, wanted]) => wanted.length === 0 || wanted.includes(values[name] ?? ""))
  );
}

/** The status of the answer; 0 without one. */
async function post(
  { url, secret }: Pick<Webhook, "url" | "secret">,
  body: object,
  signal?: AbortSignal,
): Promise<number> {
  try {
    const { status } = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json", ...(secret === null ? {} : { "cf-webhook-auth": secret }) },
      body: JSON.stringify(body),
      ...(signal ? { signal } : {}),
    });
    return status;
  } catch {
    return 0; // Whoever receives them may be away; that is theirs to see.
  }
}

const webhookView = ({ id, name, url, createdAt }: Webhook) => ({
  id,
  name,
  url,
  type: "generic",
  created_at: instant(createdAt),
});

function policyFrom(state: CloudflareState, request: SimulatedRequest): Omit<Policy, "id"> {
  const { name, alert_type: type, enabled, mechanisms, filters = {} } = objectOf(request);
  if (typeof name !== "string" || typeof type !== "string" || typeof enabled !== "boolean" || !isObject(mechanisms))
    throw refuse(400, 17001, "A policy needs `name`, `alert_type`, `enabled` and `mechanisms`.");
  const { webhooks } = accountOf(state, request);
  const used = (mechanisms as Policy["mechanisms"]).webhooks ?? [];
  if (used.some(({ id }) => !webhooks.has(id))) throw refuse(400, 17007, "A destination of the policy does not exist.");
  return { name, alert_type: type, enabled, mechanisms, filters: filters as Policy["filters"] };
}

const destinations = "/accounts/:account/alerting/v3/destinations/webhooks";
const policies = "/accounts/:account/alerting/v3/policies";

export const alertRoutes: Routes = {
  [`GET ${destinations}`]: (state, request) => ok([...accountOf(state, request).webhooks.values()].map(webhookView)),
  [`POST ${destinations}`]: async (state, request) => {
    const { name, url, secret } = objectOf(request);
    if (typeof name !== "string" || typeof url !== "string" || !/^https?:\/\//.test(url))
      throw refuse(400, 17103, "A destination needs a name and an HTTP address.");
    const webhook: Webhook = {
      id: freshId(state),
      name,
      url,
      secret: typeof secret === "string" ? secret : null,
      createdAt: request.now,
    };
    // The vendor sends a test message and takes only an address that answers it.
    const text = "Hello World! This is a test message sent from https://cloudflare.com.";
    const status = await post(webhook, { text }, request.signal);
    if (status < 200 || status > 299) throw refuse(400, 17104, "The destination did not take the test message.");
    accountOf(state, request).webhooks.set(webhook.id, webhook);
    return ok({ id: webhook.id });
  },
  [`GET ${destinations}/:webhook`]: (state, request) => {
    const webhook = accountOf(state, request).webhooks.get(request.param("webhook"));
    if (!webhook) throw refuse(404, 17102, "The destination does not exist.");
    return ok(webhookView(webhook));
  },
  [`DELETE ${destinations}/:webhook`]: (state, request) => {
    const { webhooks, policies: all } = accountOf(state, request);
    const id = request.param("webhook");
    if (all.values().some(({ mechanisms }) => mechanisms.webhooks?.some((each) => each.id === id)))
      throw refuse(400, 17106, "The destination is used by a policy.");
    if (!webhooks.delete(id)) throw refuse(404, 17102, "The destination does not exist.");
    return ok({ id });
  },

  [`GET ${policies}`]: (state, request) => ok([...accountOf(state, request).policies.values()]),
  [`POST ${policies}`]: (state, request) => {
    const policy = { id: freshId(state), ...policyFrom(state, request) };
    accountOf(state, request).policies.set(policy.id, policy);
    return ok({ id: policy.id });
  },
  [`DELETE ${policies}/:policy`]: (state, request) => {
    const id = request.param("policy");
    if (!accountOf(state, request).policies.delete(id)) throw refuse(404, 17002, "The policy does not exist.");
    return ok({ id });
  },
};
