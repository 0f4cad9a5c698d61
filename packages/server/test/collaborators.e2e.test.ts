/** A person with a role in one project: does there what the role says, sees nothing of any other, and nothing more once it is taken away. */
import { contract, type Permission, proceduresOf } from "@landfall/contract";
import type { DeployEventBody } from "@landfall/engine";
import { once } from "node:events";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { WebSocket } from "ws";
import { databases } from "../../engine/test/store/databases.ts";
import { onePage } from "./archive.ts";
import { happens as happensTo } from "./happens.ts";
import { type Caller, serverFor, type TestServer } from "./harness.ts";
import { requestFor } from "./inputs.ts";

/** In everything of the project that the guest is not in. */
const mark = "hidden-7c1d";
/** The right ends so soon. */
const endMs = 1_000;
const place = { project: "shop", environment: "production" };

describe.each(databases)("a collaborator, on $kind", ({ use }) => {
  const fresh = use();
  let server: TestServer;
  let owner: Caller;
  /** In the organisation for `shop` alone. */
  let guest: Caller & { email: string };
  /** Of `shop` and of the other project. */
  let mine: string;
  let theirs: string;
  let theirUpload: string;

  beforeAll(async () => {
    server = await serverFor({}, {}, await fresh());
    owner = await server.setUp();
    guest = await server.member(owner, "guest");
    await owner.client.projects.create({ name: "shop" });
    theirUpload = await uploadBy(owner, mark);
    theirs = await waiting(owner, mark, theirUpload);
    await owner.client.variables.set({ project: mark, environment: "production", values: { NAME: mark } });
    mine = await waiting(owner, "shop", theirUpload);
    await happens(theirs, line(mark));
    await happens(mine, line("of the shop"));
  });
  beforeEach(() => owner.client.collaborators.set({ project: "shop", email: guest.email, role: "developer" }));
  afterAll(() => server[Symbol.asyncDispose]());

  const happens = (id: string, ...bodies: DeployEventBody[]): Promise<void> => happensTo(server.engine, id, ...bodies);
  const line = (text: string): DeployEventBody => ({
    type: "log",
    step: "build",
    stream: "stdout",
    firstLine: 1,
    lines: [text],
  });

  async function uploadBy(caller: Caller, text: string): Promise<string> {
    const body = onePage(text);
    const response = await fetch(`${server.url}/api/sources`, { method: "POST", headers: caller.headers, body });
    expect(response.status).toBe(201);
    return ((await response.json()) as { id: string }).id;
  }

  /** Accepted, and worked on by nobody. */
  async function waiting(caller: Caller, project: string, upload: string): Promise<string> {
    return (await caller.client.deployments.create({ project, source: { upload }, prebuilt: true })).id;
  }

  const take = async (): Promise<void> => {
    await owner.client.collaborators.remove({ project: "shop", userId: (await guest.client.me()).user.id });
  };

  function open(caller: Caller, id: string): WebSocket {
    const socket = new WebSocket(`${server.url.replace("http", "ws")}/ws/deployments/${id}`, {
      headers: caller.headers,
    });
    socket.on("error", () => {});
    return socket;
  }

  /** What a stream tells until it ends, and how it ends. */
  function reading<T>(stream: Promise<AsyncIterable<T>>): { told: T[]; ended: Promise<unknown> } {
    const told: T[] = [];
    const ended = (async () => {
      for await (const one of await stream) told.push(one);
      return null;
    })().catch((error: unknown) => error);
    return { told, ended };
  }

  it("deploys in the project, and follows it by REST, RPC, server-sent events, WebSocket and as text", async () => {
    const id = await waiting(guest, "shop", await uploadBy(guest, "by the guest"));
    mine = id;
    await happens(id, line("of the shop"));
    expect((await guest.call("GET", `/deployments/${id}`)).body).toMatchObject({ id, project: "shop" });
    expect(await guest.client.deployments.get({ id })).toMatchObject({
      actions: { cancel: { possible: true }, redeploy: { reason: expect.not.stringContaining("may not") } },
    });
    expect((await guest.call("GET", `/deployments/${id}/log.txt`)).body).toContain("of the shop");
    const cut = new AbortController();
    const { told, ended } = reading(guest.client.deployments.logs({ id }, { signal: cut.signal }));
    await vi.waitFor(() => expect(told).toMatchObject([{ lines: ["of the shop"] }]));
    cut.abort();
    await ended;
    const events = await fetch(`${server.url}/api/deployments/${id}/events`, { headers: guest.headers });
    expect([events.status, events.headers.get("content-type")]).toEqual([200, "text/event-stream"]);
    await events.body!.cancel();
    const socket = open(guest, id);
    const [first] = (await once(socket, "message")) as [Buffer];
    expect(JSON.parse(first.toString())).toMatchObject({ deploymentId: id, seq: 1 });
    socket.terminate();
    await guest.client.variables.set({ ...place, values: { GREETING: "hi" } });
    expect(await guest.client.deployments.effect({ id, action: "redeploy" })).toMatchObject({ to: { id } });
  });

  it("sees of lists and of the live stream what the project has", async () => {
    const [projects, deployments, running] = [
      await guest.client.projects.list(),
      await guest.client.deployments.list({}),
      await guest.client.projects.running(),
    ];
    expect(projects.projects.map(({ name }) => name)).toEqual(["shop"]);
    expect(new Set(deployments.deployments.map(({ project }) => project))).toEqual(new Set(["shop"]));
    expect((await guest.client.deployments.list({ text: mark })).deployments).toEqual([]);
    expect(running.services).toEqual([]);
    expect((await guest.call("GET", `/deployments?project=${mark}`)).status).toBe(403);
    const cut = new AbortController();
    const { told } = reading(guest.client.live({ follow: [{ id: mine }] }, { signal: cut.signal }));
    await vi.waitFor(() => expect(told).toContainEqual({ type: "beat" }));
    await waiting(owner, mark, theirUpload);
    const own = await waiting(owner, "shop", theirUpload);
    await vi.waitFor(() => expect(told).toContainEqual(expect.objectContaining({ type: "change", deploymentId: own })));
    cut.abort();
    expect(JSON.stringify(told)).not.toContain(mark);
    expect((await guest.call("GET", `/live?follow[0][id]=${theirs}`)).status).toBe(403);
  });

  describe("sees nothing else", () => {
    it("of another project, by name or by id, whatever is asked", async () => {
      const things = {
        project: mark,
        deployment: theirs,
        upload: theirUpload,
        key: "key_x",
        member: "mem_x",
        invitation: "inv_x",
        connection: "con_x",
        webhook: "whk_x",
        sandbox: "sbx_x",
        target: "tgt_x",
        place: "ntf_x",
      };
      const before = await owner.client.deployments.get({ id: theirs });
      const allowed = new Set<string>();
      for (const procedure of proceduresOf(contract)) {
        if (procedure.access === "anyone" || procedure.access === "signed-in" || procedure.name === "live") continue;
        const { method, path, body } = requestFor(procedure, things);
        const answer = await guest.call(method, path, body ?? undefined);
        expect([procedure.name, JSON.stringify(answer.body).includes(mark)]).toEqual([procedure.name, false]);
        if (answer.status !== 403) allowed.add(`${procedure.name} ${answer.status}`);
      }
      // Lists of their own, and of their own things by id, of which this is none.
      expect([...allowed].sort()).toEqual([
        "deployments.list 200",
        "detect 404",
        "keys.create 201",
        "keys.list 200",
        "keys.remove 404",
        "ownNotifications.get 200",
        "ownNotifications.save 200",
        "projects.list 200",
        "projects.running 200",
        "uploads.get 404",
        "uploads.remove 404",
      ]);
      expect(await owner.client.deployments.get({ id: theirs })).toEqual(before);
    });

    it("of a deployment whose id begins as its own, nor of one beside its own in a comparison", async () => {
      const beginning = mine.split("").findIndex((letter, index) => letter !== theirs[index]);
      for (const path of [
        `/deployments/${theirs.slice(0, beginning)}`,
        `/deployments/${theirs}`,
        "/deployments/dep_0",
        `/deployments/${mine}/compare?with=${theirs}`,
        `/deployments/${theirs}/compare?with=${mine}`,
        `/deployments/${theirs}/log.txt`,
      ]) {
        const { status, body } = await guest.call("GET", path);
        const text = JSON.stringify(body);
        expect([path, status, text.includes(mark), text.includes(theirs)]).toEqual([path, 403, false, false]);
      }
      const other = (await guest.client.deployments.list({})).deployments.at(-1)!.id;
      expect((await guest.call("GET", `/deployments/${mine}/compare?with=${other}`)).status).toBe(200);
      expect((await guest.call("POST", `/deployments/${theirs}/share`)).status).toBe(403);
    });

    it("by a socket", async () => {
      const socket = open(guest, theirs);
      const [request, response] = (await once(socket, "unexpected-response")) as [
        { destroy(): void },
        { statusCode: number },
      ];
      request.destroy();
      expect(response.statusCode).toBe(403);
    });

    it("by an archive somebody else sent, not even by its digest", async () => {
      const taken = await guest.call("POST", "/deployments", { project: "shop", source: { upload: theirUpload } });
      expect(taken.status).toBe(404);
      const { sha256, sizeBytes } = await owner.client.uploads.get({ id: theirUpload });
      const announced = await guest.call("POST", "/sources", { sha256, sizeBytes });
      expect(announced.body).toMatchObject({ complete: false, receivedBytes: 0 });
    });

    it("by an account or a place on a platform that it names", async () => {
      const source = { upload: await uploadBy(guest, "x") };
      for (const named of [{ connection: "ada" }, { target: { projectId: "prj_1" } }, { savedTarget: "live" }]) {
        const { status } = await guest.call("POST", "/deployments", { project: "shop", source, ...named });
        expect([named, status]).toEqual([named, 403]);
      }
      const settings = (savedTarget: string) =>
        guest.call("PUT", "/projects/shop/settings", { expect: 0, settings: { savedTarget } });
      expect((await settings("live")).status).toBe(403);
    });
  });

  describe("when the role is taken away", () => {
    it("ends every stream and socket within a second, and answers nothing more", async () => {
      mine = await waiting(owner, "shop", theirUpload);
      await happens(mine, line("of the shop"));
      const streams = [
        reading(guest.client.deployments.events({ id: mine })),
        reading(guest.client.deployments.logs({ id: mine })),
        reading(guest.client.live({})),
        reading(guest.client.live({ follow: [{ id: mine }] })),
      ];
      const socket = open(guest, mine);
      await Promise.all([
        once(socket, "message"),
        ...streams.map(({ told }) => vi.waitFor(() => expect(told.length).toBeGreaterThan(0))),
      ]);
      const closed = once(socket, "close") as Promise<[number]>;
      await take();
      const began = performance.now();
      for (const ended of streams.map((one) => one.ended))
        expect(await ended).toMatchObject({ code: "INSUFFICIENT_PERMISSIONS" });
      expect((await closed)[0]).toBe(4403);
      expect(performance.now() - began).toBeLessThan(endMs);
      for (const path of [
        "/projects",
        "/deployments",
        `/deployments/${mine}`,
        `/deployments/${mine}/log.txt`,
        "/projects/shop",
      ])
        expect([path, (await guest.call("GET", path)).status]).toEqual([path, 403]);
      expect((await guest.client.me()).projects).toEqual([]);
    });

    it("tells no more changes of one project while another goes on", async () => {
      await owner.client.projects.create({ name: "second" });
      await owner.client.collaborators.set({ project: "second", email: guest.email, role: "viewer" });
      const cut = new AbortController();
      const { told } = reading(guest.client.live({}, { signal: cut.signal }));
      await vi.waitFor(() => expect(told).toContainEqual({ type: "beat" }));
      await take();
      await new Promise((resolve) => setTimeout(resolve, endMs));
      const [gone, kept] = [await waiting(owner, "shop", theirUpload), await waiting(owner, "second", theirUpload)];
      await vi.waitFor(() => expect(told).toContainEqual(expect.objectContaining({ deploymentId: kept })));
      cut.abort();
      expect(JSON.stringify(told)).not.toContain(gone);
      await owner.client.deployments.cancel({ id: kept });
      await owner.client.projects.remove({ project: "second" });
    });

    it("goes with who leaves the organisation, and does not come back with them", async () => {
      const { email, ...leaver } = await server.member(owner, "guest");
      const { userId } = await owner.client.collaborators.set({ project: "shop", email, role: "admin" });
      expect(await leaver.client.collaborators.list({ project: "shop" })).toMatchObject({
        collaborators: [{}, { email }],
      });
      const { members } = await owner.client.members.list();
      await owner.client.members.remove({ id: members.find((one) => one.userId === userId)!.id });
      const { token } = await owner.client.invitations.create({ email, role: "guest" });
      const again = await server.signIn(email);
      await again.client.invitations.accept({ token });
      expect((await again.client.me()).projects).toEqual([]);
    });

    it("goes with the project: another one of its name is another", async () => {
      await owner.client.projects.create({ name: "again" });
      await owner.client.collaborators.set({ project: "again", email: guest.email, role: "viewer" });
      expect((await guest.call("GET", "/projects/again")).status).toBe(200);
      await owner.client.projects.remove({ project: "again" });
      await owner.client.projects.create({ name: "again" });
      expect((await guest.call("GET", "/projects/again")).status).toBe(403);
      expect((await owner.client.collaborators.list({ project: "again" })).collaborators).toEqual([]);
    });
  });

  describe("who decides", () => {
    it("adds to what a member may do in the whole organisation, there alone", async () => {
      const viewer = await server.member(owner, "viewer");
      await owner.client.collaborators.set({ project: "shop", email: viewer.email, role: "developer" });
      const set = (project: string) =>
        viewer.call("PUT", `/projects/${project}/environments/production/variables`, { values: { NAME: "x" } });
      expect([(await set("shop")).status, (await set(mark)).status]).toEqual([200, 403]);
      expect((await viewer.client.projects.list()).projects.map(({ name }) => name)).toContain(mark);
      await owner.client.collaborators.set({ project: "shop", email: viewer.email, role: "viewer" });
      expect((await set("shop")).status).toBe(403);
    });

    it("are administrators of the project or the organisation, about nobody above them", async () => {
      const [chief, other] = [await server.member(owner, "guest"), await server.member(owner, "guest")];
      const add = (caller: Caller, email: string, role: string, project = "shop") =>
        caller.call("PUT", `/projects/${project}/collaborators`, { email, role });
      expect((await add(guest, other.email, "viewer")).status).toBe(403);
      await add(owner, chief.email, "admin");
      expect((await add(chief, other.email, "admin")).status).toBe(200);
      expect((await add(chief, other.email, "viewer", mark)).status).toBe(403);
      expect((await add(chief, other.email, "owner")).status).toBe(400);
      expect((await add(chief, "nobody@example.com", "viewer")).body.data).toMatchObject({
        code: "NOT_FOUND",
        next: expect.stringContaining("guest"),
      });
      const developer = await server.member(owner, "developer");
      expect((await add(developer, other.email, "viewer")).status).toBe(403);
      const both = { userId: (await other.client.me()).user.id, email: other.email, role: "viewer" };
      expect((await owner.call("PUT", "/projects/shop/collaborators", both)).status).toBe(400);
      const { entries } = await owner.client.audit.list({ action: "collaborators.set", project: "shop" });
      expect(entries[0]!.target).toBe(`project=shop email=${other.email} role=admin`);
    });

    it("bounds keys by what their owner may do in the project", async () => {
      const scopes: Permission[] = ["read:deployment", "update:variable"];
      const key = await server.key(guest, scopes);
      const get = () => key.call("GET", `/deployments/${mine}`);
      const set = () => key.call("PUT", "/projects/shop/environments/production/variables", { values: { NAME: "x" } });
      expect([(await get()).status, (await set()).status]).toEqual([200, 200]);
      expect((await key.call("GET", "/projects/shop")).status).toBe(403);
      expect((await key.call("GET", `/deployments/${theirs}`)).status).toBe(403);
      await owner.client.collaborators.set({ project: "shop", email: guest.email, role: "viewer" });
      expect([(await get()).status, (await set()).status]).toEqual([200, 403]);
      await expect(guest.client.keys.create({ name: "more", scopes: ["read:member"] })).rejects.toMatchObject({
        code: "INSUFFICIENT_PERMISSIONS",
      });
      await take();
      expect((await get()).status).toBe(403);
    });
  });
});
