/** How a program gets a token: by an authorization code, or by a ticket a person grants in the browser. */
import { randomBytes } from "node:crypto";
import type { Answer, Handler, SimulatedRequest } from "../definition.ts";
import { bodyOf, isoOf, newId, notFound, refuse, type NetlifyState } from "./state.ts";

const codeLifeMs = 600_000;

/** Below the API's base, open to programs that have no token yet. */
export const ticketRoutes: Record<string, Handler<NetlifyState>> = {
  "POST /oauth/tickets": (state, request) => {
    bodyOf(request);
    const clientId = request.query.get("client_id") ?? refuse(422, "client_id is missing");
    if (!(clientId in state.settings.clients)) refuse(401, "OAuth application not found");
    const ticket = { id: newId(), clientId, authorized: false, createdAt: request.now };
    state.tickets.set(ticket.id, ticket);
    return { status: 201, json: ticketView(ticket) };
  },
  "GET /oauth/tickets/:ticket": (state, request) => ({
    json: ticketView(state.tickets.get(request.param("ticket")) ?? notFound()),
  }),
  "POST /oauth/tickets/:ticket/exchange": (state, request) => {
    const ticket = state.tickets.get(request.param("ticket")) ?? notFound();
    if (!ticket.authorized) refuse(401, "Access Denied");
    state.tickets.delete(ticket.id);
    const { token, person } = issue(state);
    return {
      status: 201,
      json: {
        id: newId(),
        access_token: token,
        user_id: person.id,
        user_email: person.email,
        created_at: isoOf(request.now),
      },
    };
  },
};

function ticketView({ id, clientId, authorized, createdAt }: Parameters<NetlifyState["tickets"]["set"]>[1]) {
  return { id, client_id: clientId, authorized, created_at: isoOf(createdAt) };
}

/** A token of the first person, who is the one that answers the page. */
function issue({ tokens }: NetlifyState) {
  const [person] = tokens.values();
  if (!person) throw new TypeError("nobody is there who could grant access");
  const token = `nfo_${randomBytes(20).toString("hex")}`;
  tokens.set(token, person);
  return { token, person };
}

/** `GET /authorize`, in place of the page: the person answers at once what `consent` says. */
export function authorizePage(state: NetlifyState, { query, now }: SimulatedRequest): Answer {
  const allowed = state.consent === "allow";
  const kind = query.get("response_type");
  if (kind === "ticket") {
    const ticket = state.tickets.get(query.get("ticket") ?? "") ?? notFound();
    ticket.authorized = allowed;
    return page(200, allowed ? "You may close this window." : "Access was refused.");
  }
  const client = state.settings.clients[query.get("client_id") ?? ""];
  const redirectUri = query.get("redirect_uri") ?? "";
  const known = client && (client.redirectUris ?? [redirectUri]).includes(redirectUri) && URL.canParse(redirectUri);
  // Nobody is sent to an address the application has not registered.
  if (!known) return page(400, "The application or its redirect address is not known.");

  const back = new URL(redirectUri);
  const answer = new URLSearchParams();
  if (!allowed) answer.set("error", "access_denied");
  else if (kind === "code") {
    const code = randomBytes(20).toString("hex");
    state.codes.set(code, { clientId: query.get("client_id")!, redirectUri, expiresAt: now + codeLifeMs });
    answer.set("code", code);
  } else if (kind === "token") {
    answer.set("access_token", issue(state).token);
    answer.set("token_type", "Bearer");
  } else answer.set("error", "unsupported_response_type");
  const passed = query.get("state");
  if (passed !== null) answer.set("state", passed);
  if (kind === "token") back.hash = answer.toString();
  else for (const [name, value] of answer) back.searchParams.set(name, value);
  return { status: 302, headers: { location: back.href } };
}

/** `POST /oauth/token`: a code is good once, for ten minutes, for the application and address it was made for. */
export function exchangeCode(state: NetlifyState, request: SimulatedRequest): Answer {
  const form = new URLSearchParams(request.body.toString("utf8"));
  const clientId = form.get("client_id") ?? "";
  const client = state.settings.clients[clientId];
  if (!client || client.secret !== form.get("client_secret")) return oauthError(401, "invalid_client");
  if (form.get("grant_type") !== "authorization_code") return oauthError(400, "unsupported_grant_type");
  const code = form.get("code") ?? "";
  const granted = state.codes.get(code);
  state.codes.delete(code);
  const fits =
    granted?.clientId === clientId &&
    granted.redirectUri === form.get("redirect_uri") &&
    granted.expiresAt > request.now;
  if (!fits) return oauthError(400, "invalid_grant");
  const created = Math.floor(request.now / 1000);
  return { json: { access_token: issue(state).token, token_type: "Bearer", scope: "", created_at: created } };
}

function oauthError(status: number, error: string): Answer {
  return { status, json: { error, error_description: `The request was refused: ${error}.` } };
}

function page(status: number, text: string): Answer {
  return {
    status,
    headers: { "content-type": "text/html; charset=utf-8" },
    body: `<!doctype html><title>Authorize</title><p>${text}</p>`,
  };
}
