/** Two organisations with a project of the same name on one machine: hosts, ports, programs and reports of their own. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { get } from "@landfall/engine/deployment/ask";
import type { Engine } from "@landfall/engine";
import type { Place } from "../../engine/test/conforming-place.ts";
import { openPlace } from "./place.ts";

let place: Place;
let folder: string;
beforeEach(async () => {
  place = await openPlace();
  folder = mkdtempSync(join(tmpdir(), "landfall-site-"));
});
afterEach(async () => {
  await place[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

const page = async (url: string): Promise<string> => (await get(url, "/", AbortSignal.timeout(10_000))).body.toString();

it("serves each at a host of its own, and one is taken down without the other", async () => {
  const { engine } = place;
  const views: Record<string, Engine> = {
    local: engine,
    acme: engine.of("acme"),
    globex: engine.of("x7Q", { slug: "globex" }),
  };
  for (const [name, view] of Object.entries(views)) {
    writeFileSync(join(folder, "index.html"), `<p>of ${name}</p>`);
    const prepared = await view.prepare({ source: { kind: "folder", path: folder }, project: "shop", prebuilt: true });
    expect(prepared.problems).toEqual([]);
    const { id } = await view.accept(prepared);
    await engine.work({ signal: new AbortController().signal, until: "idle" });
    expect(await view.deployment(id)).toMatchObject({ state: "success", error: null });
  }
  const { port } = await engine.edge.status();
  for (const [name, host] of Object.entries({ local: "shop", acme: "shop.acme", globex: "shop.globex" })) {
    expect(await page(`http://${host}.localhost:${port}`)).toBe(`<p>of ${name}</p>`);
    const { services } = await views[name]!.edge.status();
    expect(services.map(({ url }) => url)).toEqual([`http://${host}.localhost:${port}`]);
  }
  const [deployment] = await views["acme"]!.deployments();
  for (const { url, alsoAt } of deployment!.services)
    for (const at of [url, ...alsoAt]) expect(await page(at)).toBe("<p>of acme</p>");
  await views["acme"]!.remove({ project: "shop" });
  expect(await page(`http://shop.localhost:${port}`)).toBe("<p>of local</p>");
  expect(await page(`http://shop.globex.localhost:${port}`)).toBe("<p>of globex</p>");
  expect((await get(`http://shop.acme.localhost:${port}`, "/", AbortSignal.timeout(10_000))).status).toBe(404);
});

it("gives the address of two projects' previews and names to whom was there first, and the other its port", async () => {
  const { engine } = place;
  const urls: string[] = [];
  for (const [number, of] of [{ project: "a-b" }, { project: "b", environment: "a" }].entries()) {
    writeFileSync(join(folder, "index.html"), `<p>number ${number}</p>`);
    const { id } = await engine.accept(
      await engine.prepare({ source: { kind: "folder", path: folder }, prebuilt: true, ...of }),
    );
    await engine.work({ signal: new AbortController().signal, until: "idle" });
    const { state, services } = await engine.deployment(id);
    expect(state).toBe("success");
    for (const url of [services[0]!.url, ...services[0]!.alsoAt]) {
      expect(await page(url)).toBe(`<p>number ${number}</p>`);
      urls.push(url);
    }
  }
  const { port, services } = await engine.edge.status();
  expect(urls.filter((url) => url === `http://a-b.localhost:${port}`)).toHaveLength(1);
  for (const { url, project } of services) expect(await page(url)).toBe(`<p>number ${project === "b" ? 1 : 0}</p>`);
});
