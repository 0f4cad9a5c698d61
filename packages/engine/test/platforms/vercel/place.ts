/** A place whose platform is Vercel. */
import { createSimulator, vercel as vendor, type VercelOptions, type VercelState } from "@landfall/simulators";
import { vercel } from "../../../src/platforms/vercel/vercel.ts";
import { type HostedPlace, openHostedPlace } from "../hosted-place.ts";

export interface Place extends HostedPlace<VercelState> {
  /** `METHOD /path` of what was asked of the API since the last call, repeats of one in a row once. */
  calls(): string[];
}

export async function openPlace(options: VercelOptions = {}, environment: Record<string, string> = {}): Promise<Place> {
  const simulator = await createSimulator(vendor(options));
  const setup = { platform: vercel, simulator, apiPath: "", token: "VERCEL_TOKEN", project: "shop", environment };
  let told = 0;
  return {
    ...(await openHostedPlace(setup)),
    calls() {
      const asked = simulator.journal
        .slice(told)
        .filter(({ headers }) => headers["host"]?.startsWith("127."))
        .map(({ method, path }) => `${method} ${path.replace(/(prj|dpl)_\w+/, "$1")}`);
      told = simulator.journal.length;
      return asked.filter((line, at) => line !== asked[at - 1]);
    },
  };
}
