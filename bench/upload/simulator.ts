/** A simulated platform as a process of its own, told over the channel: `count` answers what was asked since, `reset` makes it new. */
import { type Simulator, cloudflare, createSimulator, netlify, vercel } from "@landfall/simulators";

const [vendor, latency] = process.argv.slice(2);
const simulator: Simulator<unknown> =
  vendor === "vercel"
    ? await createSimulator(vercel())
    : vendor === "netlify"
      ? await createSimulator(netlify())
      : await createSimulator(cloudflare({ assetKeys: "sampled" }));
let counted = 0;

function prepare(): void {
  counted = 0;
  if (Number(latency) > 0) simulator.fail("slow", { latencyMs: Number(latency) });
}

prepare();
process.on("message", (what) => {
  if (what === "reset") {
    simulator.reset();
    prepare();
    process.send!(null);
    return;
  }
  const fresh = simulator.journal.slice(counted);
  counted = simulator.journal.length;
  const bytes = fresh.reduce((sum, entry) => sum + entry.body.sizeBytes, 0);
  process.send!({ requests: fresh.length, bytes });
});
process.send!(simulator.url);
