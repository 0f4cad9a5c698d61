import { expect, it } from "vitest";
import * as simulators from "../src/index.ts";

it("exports what its index says, and no more", () => {
  expect(Object.keys(simulators).sort()).toEqual([
    "cloudflare",
    "createSimulator",
    "defineVendor",
    "deliverCloudflareAlerts",
    "deliverNetlifyHooks",
    "deliverVercelWebhooks",
    "netlify",
    "s3",
    "vercel",
  ]);
});
