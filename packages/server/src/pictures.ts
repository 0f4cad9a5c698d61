/** Pictures of what deployments put online, one after the other, where a browser is named to take them with. */
import type { Services } from "./services.ts";

const lookEveryMs = 2_000;

/** Go on until disposed, which waits for the browser to be gone; the server's stopping ends it. */
export function takePictures(
  { engine, log, stopping }: Pick<Services, "engine" | "log" | "stopping">,
  browser: string,
): AsyncDisposable {
  let timer: NodeJS.Timeout | undefined;
  let isTaking = false;
  let working: Promise<void> = begin();

  async function begin(): Promise<void> {
    const obstacle = await engine.screenshots.obstacle();
    if (obstacle !== null) return log.warn({ browser }, `No pictures of deployments are taken: ${obstacle}`);
    if (stopping.aborted) return;
    timer = setInterval(() => {
      if (!isTaking) working = takeAll();
    }, lookEveryMs);
    timer.unref();
  }

  async function takeAll(): Promise<void> {
    isTaking = true;
    try {
      while (!stopping.aborted) {
        const taken = await engine.screenshots.takeNext({ browser, signal: stopping });
        if (taken === null) return;
        const { deploymentId: deployment, reason } = taken;
        if (reason === null) log.info({ deployment }, "Its picture was taken");
        else log.info({ deployment, reason }, "There is no picture of it");
      }
    } catch (error) {
      if (!stopping.aborted) log.warn({ err: error }, "Pictures could not be taken; it is tried again");
    } finally {
      isTaking = false;
    }
  }

  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await working;
      clearInterval(timer);
    },
  };
}
