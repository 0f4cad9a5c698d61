/** A change in a workspace builds again what is made of it, and nothing else. */
import { appendFileSync, cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { get } from "@landfall/engine/deployment/ask";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Place } from "../../engine/test/conforming-place.ts";
import { openPlace } from "./place.ts";

let place: Place;
let folder: string;
beforeAll(async () => {
  place = await openPlace();
  folder = mkdtempSync(join(tmpdir(), "landfall-monorepo-"));
  cpSync(join(import.meta.dirname, "../../../examples/monorepo"), folder, { recursive: true });
});
afterAll(async () => {
  await place[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

/** How each build step of a deployment of the folder as it is now ended. */
async function deploy(): Promise<{ builds: Record<string, string>; api: string }> {
  const { engine } = place;
  const variables = { VITE_API_URL: "http://api.localhost" };
  const { id } = await engine.accept(
    await engine.prepare({ source: { kind: "folder", path: folder }, project: "theatre", variables }),
  );
  await engine.work({ signal: AbortSignal.timeout(240_000), until: "idle", only: id });
  const view = await engine.deployment(id);
  expect(view).toMatchObject({ state: "success", error: null });
  const builds: Record<string, string> = {};
  for await (const event of engine.follow(id))
    if (event.type === "step" && event.step.startsWith("build")) builds[event.step] = event.status;
  const { url } = view.services.find(({ name }) => name === "api")!;
  return { builds, api: (await get(url, "/", AbortSignal.timeout(10_000))).body.toString() };
}

it("builds of the services of a workspace only those a change is about", async () => {
  expect((await deploy()).builds).toEqual({ "build api": "finished", "build web": "finished" });

  appendFileSync(join(folder, "apps/api/src/server.js"), '\napp.get("/new", (context) => context.text("new"));\n');
  expect((await deploy()).builds).toEqual({ "build api": "finished", "build web": "reused" });

  appendFileSync(join(folder, "apps/web/src/theatre.css"), "\nbody { color: black }\n");
  expect((await deploy()).builds).toEqual({ "build api": "reused", "build web": "finished" });

  appendFileSync(join(folder, "packages/shared/src/index.js"), "\nexport const act = 1;\n");
  expect((await deploy()).builds).toEqual({ "build api": "finished", "build web": "finished" });
  expect((await deploy()).builds).toEqual({ "build api": "reused", "build web": "reused" });
});
