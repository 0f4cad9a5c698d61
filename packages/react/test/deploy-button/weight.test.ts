import { expect, it } from "vitest";
import { weightOf } from "../weight.ts";

it("the Deploy button with its provider weighs at most 25 kB beside React; its menu comes later", async () => {
  const { atOnce, later } = await weightOf(
    `export { DeployButton } from "./deploy-button.tsx"; export { LandfallProvider } from "./context.tsx";`,
  );
  expect(atOnce).toBeLessThanOrEqual(25_000);
  expect(later).toBeGreaterThan(0);
}, 30_000);
