/** Webhooks: kept, delivered, signed. */
import { createHmac } from "node:crypto";
import type { Handler, SimulatedRequest } from "../definition.ts";
import { bodyOf, digest, isoOf, newId, notFound, refuseField, siteOf, type Hook, type NetlifyState } from "./state.ts";
import { deployView } from "./views.ts";

const events = [
  "deploy_created",
  "deploy_building",
  "deploy_failed",
  "deploy_locked",
  "deploy_unlocked",
  "deploy_request_pending",
  "deploy_request_accepted",
  "deploy_request_rejected",
  "submission_created",
  "split_test_activated",
  "split_test_deactivated",
  "split_test_modified",
];

/** Failed deliveries in a row after which a hook is off. The vendor does not say how many it takes. */
const patience = 6;

/** Below the API's base. */
export const hookRoutes: Record<string, Handler<NetlifyState>> = {
  "GET /hooks/types": () => ({
    json: [{ name: "url", events, fields: [{ name: "url" }, { name: "signature_secret" }] }],
  }),
  "GET /hooks": (state, request) => {
    const { id } = siteOf(state, request, request.query.get("site_id") ?? "");
    return { json: [...state.hooks.values()].filter(({ siteId }) => siteId === id).map(view) };
  },
  "POST /hooks": (state, request) => {
    const site = siteOf(state, request, request.query.get("site_id") ?? "");
    const { type, event, data } = bodyOf(request);
    if (type !== "url") refuseField("type", "is invalid");
    const hook: Hook = {
      id: newId(),
      siteId: site.id,
      type: "url",
      event: "",
      data: {},
      disabled: false,
      failures: 0,
      createdAt: request.now,
    };
    change(hook, { event, data });
    state.hooks.set(hook.id, hook);
    return { status: 201, json: view(hook) };
  },
  "GET /hooks/:hook": (state, request) => ({ json: view(hookOf(state, request)) }),
  "PUT /hooks/:hook": (state, request) => {
    const hook = hookOf(state, request);
    const { event = hook.event, data = hook.data } = bodyOf(request);
    change(hook, { event, data });
    return { json: view(hook) };
  },
  "DELETE /hooks/:hook": (state, request) => {
    state.hooks.delete(hookOf(state, request).id);
    return { status: 204 };
  },
  "POST /hooks/:hook/enable": (state, request) => {
    const hook = hookOf(state, request);
    hook.disabled = false;
    hook.failures = 0;
    return { json: view(hook) };
  },
};

/** Set event and destination, checked. */
function change(hook: Hook, { event, data }: { event: unknown; data: unknown }): void {
  if (typeof event !== "string" || !events.includes(event)) refuseField("event", "is not included in the list");
  const fields = { ...(data as Record<string, unknown> | null) };
  if (typeof fields["url"] !== "string" || !URL.canParse(fields["url"])) refuseField("data", "url is invalid");
  hook.event = event;
  hook.data = fields;
}

function hookOf(state: NetlifyState, request: SimulatedRequest): Hook {
  const hook = state.hooks.get(request.param("hook")) ?? notFound();
  siteOf(state, request, hook.siteId);
  return hook;
}

function view({ id, siteId, type, event, data, disabled, createdAt }: Hook): Record<string, unknown> {
  const created = isoOf(createdAt);
  return { id, site_id: siteId, type, event, data, disabled, created_at: created, updated_at: created };
}

/** What one hook was told and what it answered; null when nobody did. */
export interface NetlifyDelivery {
  hook: string;
  status: number | null;
}

/**
 * Tell the hooks of a deployment's site that `event` has happened to it, and resolve when all have answered.
 * Bodies are signed as Netlify signs them: `X-Webhook-Signature` is a JWT (HS256, the hook's `signature_secret`) over the body's SHA-256.
 */
export async function deliverNetlifyHooks(
  state: NetlifyState,
  { event, deployId }: { event: string; deployId: string },
): Promise<NetlifyDelivery[]> {
  const deploy = state.deploys.get(deployId);
  if (!deploy) throw new TypeError(`there is no deployment ${deployId}`);
  const body = JSON.stringify(deployView(state, deploy));
  const hooks = [...state.hooks.values()].filter(
    (hook) => hook.siteId === deploy.siteId && hook.event === event && !hook.disabled,
  );
  return Promise.all(hooks.map((hook) => deliver(hook, { event, body })));
}

async function deliver(hook: Hook, { event, body }: { event: string; body: string }): Promise<NetlifyDelivery> {
  const secret = hook.data["signature_secret"];
  const signed = typeof secret === "string" && secret !== "" ? { "x-webhook-signature": signature(secret, body) } : {};
  const status = await fetch(String(hook.data["url"]), {
    method: "POST",
    headers: { "content-type": "application/json", "x-netlify-event": event, ...signed },
    body,
  }).then(
    (answer) => answer.body?.cancel().then(() => answer.status) ?? answer.status,
    () => null, // Nobody listens there: a failed delivery like any other.
  );
  hook.failures = status !== null && status < 300 ? 0 : hook.failures + 1;
  hook.disabled = hook.failures >= patience;
  return { hook: hook.id, status };
}

function signature(secret: string, body: string): string {
  const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const head = encoded({ typ: "JWT", alg: "HS256" });
  const payload = encoded({ iss: "netlify", sha256: digest("sha256", Buffer.from(body)) });
  return `${head}.${payload}.${createHmac("sha256", secret).update(`${head}.${payload}`).digest("base64url")}`;
}
