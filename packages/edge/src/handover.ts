/**
 * An edge gives its place to one of a later version, and no visitor notices. The later one starts and shows that it can; the earlier one
 * lets go of the programs; the later one adopts them and learns the routes, and only then asks for the sockets, which listen all the
 * time. What the earlier one has begun it ends.
 *
 * Said over the channel between the two processes: `ready`; `yours` with the ports; `wanted`, answered with the socket of each port in
 * that order; `serving`. The two are of different versions, so this has to stay as it is.
 */
import { on } from "node:events";
import type { Server } from "node:net";
import { startDetached } from "@landfall/engine/background";
import { DeployError } from "@landfall/engine/error";
import type { HandOver } from "@landfall/engine/platforms/local/edge-control";

type FromLater = "ready" | "wanted" | "serving";
type FromEarlier = { say: "yours"; port: number; ports: number[] } | { say: "socket" };

/** All of it takes less than a second. */
const patienceMs = 30_000;
const log = "edge.log";

/** The later edge, as the earlier one has it. */
export interface Successor {
  /**
   * Give it the sockets, of which `port` is the main one; programs and lock were let go of. Resolves when it serves. Throws
   * PLATFORM_UNAVAILABLE when it ends before.
   */
  take(port: number, sockets: ReadonlyMap<number, Server>): Promise<void>;
}

/** Start it and wait until it is ready. Throws PLATFORM_UNAVAILABLE when it is not to be had; nothing has changed then. */
export async function startSuccessor(home: string, { command, environment }: HandOver): Promise<Successor> {
  const gone = new AbortController();
  const failed = (error: Error): void => gone.abort(error);
  const child = startDetached(command, { home, log, environment, hasChannel: true, failed });
  child.once("exit", () => gone.abort());
  const signal = AbortSignal.any([gone.signal, AbortSignal.timeout(patienceMs)]);
  const said = on(child, "message", { signal }) as AsyncIterator<[FromLater]>;
  const say = (message: FromEarlier, socket?: Server): boolean => child.send(message, socket);

  async function hear(): Promise<void> {
    try {
      await said.next();
    } catch (error) {
      child.kill("SIGKILL"); // It may be there and silent.
      throw new DeployError(
        "PLATFORM_UNAVAILABLE",
        {
          what: "The edge of a later version could not take over.",
          where: command.join(" "),
          next: `Read ${log} among the logs of the data directory.`,
        },
        { cause: error },
      );
    }
  }

  await hear();
  return {
    async take(port, sockets) {
      say({ say: "yours", port, ports: [...sockets.keys()] });
      await hear();
      for (const socket of sockets.values()) say({ say: "socket" }, socket);
      await hear();
      child.disconnect();
    },
  };
}

/** The earlier edge, as the later one has it. */
export interface Predecessor {
  /** Its main one. */
  port: number;
  /** All it listens on. */
  ports: number[];
  /** What listens on them, in their order. From then on connections come to who reads it, who may not wait between two. */
  sockets(): AsyncIterable<Server>;
  /** Everything it served is served here. */
  serving(): void;
}

/** Say to the edge that started this process that it may let go, and wait until it has. Throws when it ended. */
export async function predecessorOf(channel: NodeJS.Process): Promise<Predecessor> {
  const gone = new AbortController();
  channel.once("disconnect", () => gone.abort());
  const said = on(channel, "message", { signal: gone.signal }) as AsyncIterator<[FromEarlier, Server]>;
  const say = (message: FromLater): void => void channel.send?.(message);

  say("ready");
  const [{ port, ports }] = (await said.next()).value as [Extract<FromEarlier, { say: "yours" }>];
  return {
    port,
    ports,
    async *sockets() {
      say("wanted");
      for (const _ of ports) yield (await said.next()).value[1];
    },
    serving: () => say("serving"),
  };
}
