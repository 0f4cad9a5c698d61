/** What detection runs in when it runs aside: see aside.ts. */
import { parentPort } from "node:worker_threads";
import { reportOf } from "../error.ts";
import { detect } from "./detect.ts";

const port = parentPort!;
port.on("message", (directory: string) => {
  try {
    port.postMessage({ detection: detect(directory) });
  } catch (error) {
    port.postMessage({ error: reportOf(error) });
  }
});
