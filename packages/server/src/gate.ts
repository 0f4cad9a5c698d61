/** What every procedure passes before it runs: the right to, the answer it may have given already, and the record of what it changed. */
import { contract, type Meta } from "@landfall/contract";
import { DeployError } from "@landfall/engine/error";
import type { Engine } from "@landfall/engine";
import { thisOwner } from "@landfall/engine/deployment/owner";
import { implement } from "@orpc/server";
import type { Call } from "./call.ts";
import { denied } from "./errors.ts";
import type { Counted } from "./limits.ts";
import { targetOf } from "./people/audit.ts";
import { may, permit, permitAnywhere, type Principal } from "./people/principal.ts";
import type { PeopleSchema } from "./people/tables.ts";
import type { Services } from "./services.ts";
import { digestOf } from "./token.ts";

/** So long a call keeps its key whose process nobody knows anything of. */
const abandonedMs = 10 * 60_000;

export function gateOf(services: Services) {
  const { db, audit, limits } = services;
  return implement(contract)
    .$context<{ call: Call }>()
    .use(async ({ context, next, path, procedure }, input) => {
      const { meta } = procedure["~orpc"];
      context.call.route = path.join(".");
      const principal = meta.access === "anyone" ? null : await context.call.principal();
      await permitAbout(services, principal, { meta, input });
      if (procedure["~orpc"].route.method !== "GET") await limits.write(counted(context.call, principal));
      return next({ context: { principal } });
    })
    .use(async ({ context, next, path, procedure }, input, output) => {
      const key = context.call.request.headers["idempotency-key"];
      const { organization } = context.principal ?? {};
      if (procedure["~orpc"].meta.idempotent !== true || typeof key !== "string" || !organization) return next();
      const id = digestOf([organization.id, path.join("."), key].join("\n"));
      const request = digestOf(JSON.stringify(input));
      const answer = await claim(id, request);
      if (answer !== null) return output(answer);
      try {
        const result = await next({ context: { principal: { ...context.principal!, requestKey: id } } });
        await db
          .updateTable("idempotency")
          .set({ answer: JSON.stringify(result.output) })
          .where("id", "=", id)
          .execute();
        return result;
      } catch (error) {
        // Nothing was made: the key is free for another try.
        await db.deleteFrom("idempotency").where("id", "=", id).execute();
        throw error;
      }
    })
    .use(async ({ context, next, procedure }) => {
      const { principal, call } = context;
      if (procedure["~orpc"].meta.deploys !== true || !principal) return next();
      const { giveBack } = await limits.deployment({ ...counted(call, principal), userId: principal.userId });
      try {
        return await next();
      } catch (error) {
        await giveBack();
        throw error;
      }
    })
    .use(async ({ context, next, path, procedure }, input) => {
      const result = await next();
      const { access, unrecorded } = procedure["~orpc"].meta;
      const { principal, call } = context;
      if (principal?.organization && access.includes(":") && !access.startsWith("read:") && !unrecorded) {
        await audit.record({
          organization_id: principal.organization.id,
          actor: principal.email,
          via: principal.via,
          action: path.join("."),
          target: targetOf(input, result.output),
          address: call.address,
        });
      }
      return result;
    });

  /** What was answered to this key before; null when the caller is the first and is to answer. */
  async function claim(id: string, request: string): Promise<unknown> {
    const owner = thisOwner();
    const row = { id, request, answer: null, created_at: new Date().toISOString(), owner };
    const made = await db
      .insertInto("idempotency")
      .values(row)
      .onConflict((conflict) => conflict.column("id").doNothing())
      .executeTakeFirst();
    if (made.numInsertedOrUpdatedRows === 1n) return null;
    const earlier = await db.selectFrom("idempotency").selectAll().where("id", "=", id).executeTakeFirst();
    if (earlier && earlier.request !== request)
      throw new DeployError("CONFLICT", {
        what: "This Idempotency-Key was used for another request.",
        next: "Use a new key for a new request.",
      });
    // Its process died in the middle: this one goes on, and what was accepted already is found by the key.
    if (earlier && !earlier.answer && (await isAbandoned(earlier))) {
      const taken = await db
        .updateTable("idempotency")
        .set({ owner, created_at: row.created_at })
        .where("id", "=", id)
        .where("answer", "is", null)
        .where("created_at", "=", earlier.created_at)
        .executeTakeFirst();
      if (taken.numUpdatedRows === 1n) return null;
    }
    if (!earlier?.answer)
      throw new DeployError("CONFLICT", {
        what: "A request with this Idempotency-Key is under way.",
        next: "Send it again in a moment.",
        retryAfterMs: 1000,
      });
    return JSON.parse(earlier.answer) as unknown;
  }

  async function isAbandoned({ owner, created_at }: PeopleSchema["idempotency"]): Promise<boolean> {
    if (owner !== null && (await services.engine.servers.isGone(owner))) return true;
    return Date.now() - Date.parse(created_at) > abandonedMs;
  }
}

/** Whether the call is allowed, given what it is about. The input is as it came: what is read here has no other form after its check. */
async function permitAbout(
  services: Services,
  principal: Principal | null,
  { meta: { access, about }, input }: { meta: Meta; input: unknown },
): Promise<void> {
  const { project, id, with: other } = (input ?? {}) as Record<string, unknown>;
  switch (about) {
    case undefined:
      return permit(principal, access);
    case "any":
      return permitAnywhere(principal, access);
    case "project":
      return permit(principal, access, typeof project === "string" ? project : undefined);
    case "deployment":
      await permitDeployment(services, principal, { access, id });
      if (other !== undefined) await permitDeployment(services, principal, { access, id: other });
      return;
    default:
      about satisfies never;
  }
}

/** To whom only projects are open, a deployment of another one is like one that is not there. Throws UNAUTHORIZED, INSUFFICIENT_PERMISSIONS. */
export async function permitDeployment(
  services: Services,
  principal: Principal | null,
  { access, id }: { access: Meta["access"]; id: unknown },
): Promise<void> {
  permitAnywhere(principal, access);
  if (!principal || may(principal, access)) return;
  const found = typeof id === "string" ? await inside(services, principal).engine.deployment(id).catch(unknown) : null;
  permit(principal, access, found?.project);
}

/** Not found, or not told from another: what there is besides is not for the caller. */
function unknown(error: unknown): null {
  if (error instanceof DeployError && (error.code === "NOT_FOUND" || error.code === "CONFLICT")) return null;
  throw error;
}

function counted({ address, response }: Call, principal: Principal | null): Counted {
  return { userId: principal?.userId ?? null, address, response };
}

export type Gate = ReturnType<typeof gateOf>;

/** Whose call this is and the engine as their organisation sees it, of a procedure that asks for a permission. */
export function inside(
  services: Services,
  principal: Principal | null,
): { principal: Principal; organization: NonNullable<Principal["organization"]>; engine: Engine } {
  if (!principal?.organization) throw denied("You are in no organisation.");
  const { organization } = principal;
  return {
    principal,
    organization,
    engine: services.engine.of(organization.id, {
      person: principal.name,
      personId: principal.userId,
      requestKey: principal.requestKey,
    }),
  };
}
