/**
 * Memory given back by a process that stays: what a start or a deployment needed is garbage after it, but V8 collects when it needs room,
 * and a process that waits needs none. Once a busy time is over, it is collected once.
 */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

const lookEveryMs = 2_000;
/** Of the time looked at; what waits for work stays well below, what serves or deploys well above. */
const busyShare = 0.03;

/** Until it is disposed, or the process ends. */
export function collectWhenIdle(): Disposable {
  const collect = collector();
  let wasBusy = true;
  let before = process.cpuUsage();
  const timer = setInterval(() => {
    const { user, system } = process.cpuUsage(before);
    before = process.cpuUsage();
    const isBusy = user + system > lookEveryMs * 1_000 * busyShare;
    if (wasBusy && !isBusy) {
      collect();
      before = process.cpuUsage(); // The collection is no work.
    }
    wasBusy = isBusy;
  }, lookEveryMs).unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

/** Node gives its collector only to who asked for it when it was started; V8 gives it to every context made after the flag. */
function collector(): () => void {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  setFlagsFromString("--no-expose-gc");
  return collect;
}
