/**
 * 50 deployments to each hosted platform while one request in twenty fails (429, 5xx, resets, half answers, a proxy's pages): how many
 * succeed, and what was sent twice although it had arrived. node bench/flaky.ts [platform …] [--deployments 50] [--rate 0.05]
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { cloudflare, createSimulator, netlify, type Simulator, vercel } from "@landfall/simulators";
import { openLandfall, percentile } from "./landfall.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { deployments: { type: "string", default: "50" }, rate: { type: "string", default: "0.05" } },
});
const filesEach = 40;

interface Platform {
  token: string;
  apiPath: string;
  start(): Promise<Simulator<unknown>>;
  /** Requests that bring content. */
  upload: RegExp;
}

const onCloudflare: Platform = {
  token: "CLOUDFLARE_API_TOKEN",
  apiPath: "/client/v4",
  start: () => createSimulator(cloudflare()),
  upload: /assets\/upload$/,
};
const platforms: Record<string, Platform> = {
  vercel: { token: "VERCEL_TOKEN", apiPath: "", start: () => createSimulator(vercel()), upload: /^\/v2\/files/ },
  netlify: {
    token: "NETLIFY_AUTH_TOKEN",
    apiPath: "/api/v1",
    start: () => createSimulator(netlify()),
    upload: /\/files\//,
  },
  "cloudflare-pages": onCloudflare,
  "cloudflare-workers": onCloudflare,
};

/** A site in which every file is new in every round. */
function site(directory: string, round: number): void {
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  for (let index = 0; index < filesEach; index++)
    writeFileSync(join(directory, `f${index}.txt`), `file ${index} of round ${round}`);
  writeFileSync(join(directory, "index.html"), `<p>round ${round}`);
}

const rounds = Number(values.deployments);
let faults = 0;
for (const [id, { token, apiPath, start, upload }] of Object.entries(platforms)) {
  if (positionals.length > 0 && !positionals.includes(id)) continue;
  const simulator = await start();
  const directory = mkdtempSync(join(tmpdir(), "landfall-flaky-"));
  await using landfall = await openLandfall();
  landfall.environment[token] = "simulated-token";
  landfall.environment[`LANDFALL_${id.toUpperCase().replaceAll("-", "_")}_API_URL`] = `${simulator.url}${apiPath}`;
  simulator.failRandomly({
    seed: 7,
    rate: Number(values.rate),
    kinds: ["rate-limit", "server-error", "reset", "half-body", "html-with-200"],
  });
  let succeeded = 0;
  const durations: number[] = [];
  for (let round = 0; round < rounds; round++) {
    site(directory, round);
    const startedAt = performance.now();
    const { code, stderr } = await landfall.run(
      "deploy",
      directory,
      "--platform",
      id,
      "--prebuilt",
      "--project",
      "flaky",
      "--json",
    );
    durations.push(performance.now() - startedAt);
    if (code === 0) succeeded += 1;
    else console.log(`${id} round ${round} ended with ${code}: ${stderr.slice(-400)}`);
  }
  const failed = simulator.journal.filter((entry) => entry.fault !== null).length;
  const twice = simulator.repeated().filter(([first]) => upload.test(first!.path)).length;
  if (succeeded < rounds) faults += 1;
  console.log(
    `${id}: ${succeeded} of ${rounds} succeeded; ${failed} of ${simulator.journal.length} requests failed; ` +
      `${twice} uploads were sent again after they had arrived; median ${Math.round(percentile(durations, 0.5))} ms, p95 ${Math.round(percentile(durations, 0.95))} ms`,
  );
  await simulator.close();
  rmSync(directory, { recursive: true, force: true });
}
process.exitCode = faults === 0 ? 0 : 1;
