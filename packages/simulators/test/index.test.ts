import { expect, it } from "vitest";
import * as simulators from "../src/index.ts";

it("exports what its index says, and no more", () => {
  expect(Object.keys(simulators).sort()).toEqual([
    "askGit",
    "cloudflare",
    "createSimulator",
    "defineVendor",
    "deliverCloudflareAlerts",
    "deliverNetlifyHooks",
    "deliverVercelWebhooks",
    "gitEnvironment",
    "github",
    "gitlab",
    "makeBare",
    "netlify",
    "s3",
    "vercel",
  ]);
});
