/** `GET /api/deployments/<id>/log.txt`: what a deployment has printed so far, as plain text. */
import type { DeployEvent, Engine } from "@landfall/engine";
import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { stripVTControlCharacters } from "node:util";
import type { Call } from "./call.ts";
import { inside, permitDeployment } from "./gate.ts";
import { permit } from "./people/principal.ts";
import type { Services } from "./services.ts";

/** The deployment whose log is asked for, if that is what is asked for. */
export function logTextIn({ method, url }: IncomingMessage): string | null {
  if (method !== "GET") return null;
  return /^\/api\/deployments\/([\w-]{1,64})\/log\.txt(?:\?|$)/.exec(url ?? "")?.[1] ?? null;
}

const access = "read:deployment";

/** Read a page at a time, as fast as it is taken, and no longer than it may be seen. Throws UNAUTHORIZED, INSUFFICIENT_PERMISSIONS, NOT_FOUND. */
export async function answerLogText(
  services: Services,
  call: Call,
  { response, id: asked }: { response: ServerResponse; id: string },
): Promise<void> {
  call.route = "deployments.logText";
  const caller = await call.principal();
  await permitDeployment(services, caller, { access, id: asked });
  const { engine, principal } = inside(services, caller);
  const { id, project } = await engine.deployment(asked);
  response.writeHead(200, {
    "content-type": "text/plain; charset=utf-8",
    "content-disposition": `inline; filename="${id}.log.txt"`,
  });
  const held = services.rights.hold(principal, (now) => permit(now, access, project));
  try {
    await pipeline(Readable.from(text(engine, id)), response, { signal: held.signal });
  } finally {
    held.release();
  }
}

async function* text(engine: Engine, id: string): AsyncGenerator<string> {
  let step: string | null = null;
  for (let from = 1; ; ) {
    const events = await engine.eventPage(id, { from });
    if (events.length === 0) return;
    for (const event of events) {
      if (event.type !== "log") continue;
      if (event.step !== step) yield `${step === null ? "" : "\n"}== ${plain(event.step)} ==\n`;
      step = event.step;
      yield linesOf(event);
    }
    from = events.at(-1)!.seq + 1;
  }
}

function linesOf({ lines }: DeployEvent & { type: "log" }): string {
  return lines.map((line) => `${plain(line)}\n`).join("");
}

/** Without colours and whatever else would move a terminal; tabs stay. */
function plain(line: string): string {
  return stripVTControlCharacters(line).replaceAll(/(?!\t)\p{Cc}/gu, "");
}
