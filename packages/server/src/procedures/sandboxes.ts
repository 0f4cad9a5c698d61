import type { CommandEvent, CommandRequest, DeployRequest } from "@landfall/engine";
import { DeployError } from "@landfall/engine/error";
import { secret } from "@landfall/engine/secret";
import { withEventMeta } from "@orpc/server";
import { withoutHome } from "../errors.ts";
import { type Gate, inside } from "../gate.ts";
import { permit, type Principal } from "../people/principal.ts";
import type { Services } from "../services.ts";
import { firstSeq, whileAllowed } from "../stream.ts";
import { whoseUploads } from "../uploads.ts";
import { given, sourceOf, wayTo, wayToHost } from "./deployments.ts";

const hourMs = 3_600_000;

export function sandboxProcedures(os: Gate, services: Services) {
  const { home } = services.engine;
  const { sandboxes: os_ } = os;
  const of = (principal: Principal | null) => inside(services, principal).engine.sandboxes;
  const shown = <T>(value: T): T => withoutHome(value, home);

  async function exportTo(
    host: "github" | "gitlab",
    { id, token, author, ...asked }: VendorExport,
    { principal: who, signal }: { principal: Principal | null; signal: AbortSignal | undefined },
  ) {
    permit(who, "read:sandbox");
    const { engine, principal } = inside(services, who);
    const by = author ?? authorOf(principal);
    const wayOf = (url: string) => wayToHost(services, new URL(url).hostname.replace(/^\[|\]$/g, ""), host);
    const to = given({ ...asked, host, token: secret(token), author: by, wayTo: wayOf, signal });
    return shown(await engine.sandboxes.export(id, to));
  }

  return {
    sandboxes: {
      create: os_.create.handler(async ({ input, context, signal }) => {
        const { engine, principal } = inside(services, context.principal);
        const { source, name, lifetimeHours } = input;
        return engine.sandboxes.create(
          given({
            source: source && (await sourceOf(services, source, whoseUploads(principal))),
            name,
            lifetimeMs: lifetimeHours === undefined ? undefined : lifetimeHours * hourMs,
            signal,
          }),
        );
      }),
      list: os_.list.handler(async ({ context }) => ({ sandboxes: await of(context.principal).list() })),
      get: os_.get.handler(({ input, context }) => of(context.principal).get(input.id)),
      remove: os_.remove.handler(async ({ input, context }) => {
        await of(context.principal).remove(input.id);
        return {};
      }),
      files: os_.files.handler(async ({ input, context }) => ({
        entries: await of(context.principal).files(input.id, input.path),
      })),
      write: os_.write.handler(async ({ input, context }) => {
        const sandboxes = of(context.principal);
        const written: { path: string; sizeBytes: number }[] = [];
        for (const { path, text, base64, executable = false } of input.files) {
          if ((text === undefined) === (base64 === undefined))
            throw new DeployError("INVALID_CONFIG", { what: "Give either `text` or `base64`.", where: path });
          const bytes = base64 === undefined ? Buffer.from(text!, "utf8") : Buffer.from(base64, "base64");
          written.push(await sandboxes.write(input.id, path, { body: once(bytes), executable }));
        }
        return { files: written };
      }),
      unlink: os_.unlink.handler(async ({ input, context }) => {
        await of(context.principal).unlink(input.id, input.path);
        return {};
      }),
      run: os_.run.handler(async ({ input, context }) => {
        const { id, timeoutSeconds, ...asked } = input;
        const timeoutMs = timeoutSeconds === undefined ? undefined : timeoutSeconds * 1000;
        return shown(await of(context.principal).run(id, given({ ...asked, timeoutMs }) as CommandRequest));
      }),
      commands: os_.commands.handler(async ({ input, context }) =>
        shown({ commands: await of(context.principal).commands(input.id) }),
      ),
      command: os_.command.handler(async ({ input, context }) =>
        shown(await of(context.principal).command(input.id, input.command)),
      ),
      cancel: os_.cancel.handler(async ({ input, context }) =>
        shown(await of(context.principal).cancel(input.id, input.command)),
      ),
      output: os_.output.handler(async ({ input, context, signal, lastEventId }) => {
        const { principal, engine } = inside(services, context.principal);
        const { id, command } = input;
        await engine.sandboxes.command(id, command);
        const from = firstSeq({ lastEventId, from: input.from });
        async function* read(until: AbortSignal): AsyncGenerator<CommandEvent> {
          for await (const event of engine.sandboxes.output(id, command, { from, signal: until }))
            yield withEventMeta(shown({ ...event }), { id: String(event.seq) });
        }
        const check = (now: Principal): void => permit(now, "read:sandbox");
        return whileAllowed(services, { principal, call: context.call, check, signal }, read);
      }),
      push: os_.push.handler(async ({ input, context, signal }) => {
        permit(context.principal, "read:sandbox");
        const { engine, principal } = inside(services, context.principal);
        const { id, url, token, username, author, ...asked } = input;
        await engine.sandboxes.get(id);
        const way = await wayTo(services, url);
        const credential = token === undefined ? undefined : secret(`${username ?? "x-access-token"}:${token}`);
        const by = author ?? authorOf(principal);
        return shown(await engine.sandboxes.push(id, given({ ...asked, ...way, url, credential, author: by, signal })));
      }),
      exportGithub: os_.exportGithub.handler(({ input, context, signal }) =>
        exportTo("github", input, { ...context, signal }),
      ),
      exportGitlab: os_.exportGitlab.handler(({ input, context, signal }) =>
        exportTo("gitlab", input, { ...context, signal }),
      ),
      deploy: os_.deploy.handler(async ({ input, context, signal }) => {
        permit(context.principal, "read:sandbox");
        const { engine } = inside(services, context.principal);
        const { id, ...asked } = input;
        await using packed = await engine.sandboxes.source(id);
        const request = { ...JSON.parse(JSON.stringify(asked)), source: packed.source } as DeployRequest;
        const prepared = await engine.prepare(request, signal ? { signal } : {});
        const source = { ...prepared.plan.source, description: `sandbox ${id}` };
        const made = await engine.accept({ ...prepared, plan: { ...prepared.plan, source } });
        await engine.sandboxes.deployed(id, made.id);
        return shown(made);
      }),
      deployments: os_.deployments.handler(async ({ input, context }) => {
        const { engine } = inside(services, context.principal);
        const ids = await engine.sandboxes.deployments(input.id);
        const found = await Promise.all(ids.map((id) => engine.deployment(id).catch(gone)));
        return { deployments: shown(found.flatMap((one) => (one ? [{ ...one, plan: null }] : []))) };
      }),
    },
  };
}

interface VendorExport {
  id: string;
  owner?: string | undefined;
  name: string;
  private?: boolean | undefined;
  description?: string | undefined;
  branch?: string | undefined;
  message?: string | undefined;
  author?: { name: string; email: string } | undefined;
  token: string;
}

/** As git takes names. */
function authorOf({ name }: Principal): { name: string; email: string } {
  const plain = name
    .replaceAll(/[\p{Cc}<>]/gu, " ")
    .trim()
    .slice(0, 100);
  return { name: plain || "Landfall", email: "noreply@landfall.invalid" };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/** A deployment whose project was removed is no more. */
function gone(error: unknown): null {
  if (error instanceof DeployError && error.code === "NOT_FOUND") return null;
  throw error;
}
