/** `landfall mcp`: the tools of coding assistants, over stdin and stdout. Nothing but the protocol goes to stdout. */
import { randomBytes } from "node:crypto";
import { realpathSync } from "node:fs";
import { resolve } from "node:path";
import { Readable, Writable } from "node:stream";
import { DeployError } from "@landfall/engine/error";
import type { Registry } from "../registry.ts";
import { untilSignal } from "../work.ts";
import type { World } from "../world.ts";

interface McpFlags {
  root: string;
  readOnly?: boolean;
  allowProduction?: boolean;
}

export function mcp({ program, does }: Registry): void {
  program
    .command("mcp")
    .description("Serve the Model Context Protocol on stdin and stdout, for coding assistants.")
    .option("--root <dir>", "folder an assistant may name sources in", ".")
    .option("--read-only", "offer only what changes nothing")
    .option("--allow-production", "change production without asking first")
    .action(
      does<McpFlags>(async (context, { flags }) => {
        const { world } = context;
        const root = rootAt(resolve(context.cwd, flags.root));
        const readOnly = flags.readOnly === true;
        if (world.stdin.isTTY === true)
          context.say("This is for a coding assistant, which starts it by itself; see docs/mcp.md. Ctrl-C ends it.");
        // Loaded here, so that no other command waits for it.
        const [{ serveStdio, StdioServerTransport }, { mcpServer }] = await Promise.all([
          import("@modelcontextprotocol/server/stdio"),
          import("../mcp/server.ts"),
        ]);
        const engine = await context.engine({ restore: !readOnly });
        const workplace = {
          engine,
          place: { cwd: root, links: context.links },
          startWork: () => engine.workInBackground(),
        };
        const options = {
          workplace,
          version: world.version,
          readOnly,
          allowProduction: flags.allowProduction === true,
          key: randomBytes(32),
        };
        const stdin = new Readable().wrap(world.stdin);
        const connection = serveStdio(() => mcpServer(options), {
          transport: new StdioServerTransport(stdin, writableOf(world)),
          onerror: (error) => context.say(error.message),
        });
        await Promise.race([untilEnd(stdin), untilSignal(world)]);
        await connection.close();
      }),
    );
}

/** The folder itself, behind all links: what is named below it is compared with it. */
function rootAt(path: string): string {
  try {
    return realpathSync(path);
  } catch (cause) {
    throw new DeployError(
      "INVALID_CONFIG",
      { what: "The root folder is not there.", where: path, next: "Name a folder with --root." },
      { cause },
    );
  }
}

function writableOf({ stdout }: World): Writable {
  return new Writable({
    decodeStrings: false,
    write(text, _encoding, done) {
      stdout.write(String(text));
      done();
    },
  });
}

function untilEnd(stdin: Readable): Promise<void> {
  return new Promise((done) => void stdin.once("end", done).once("close", done));
}
