/** The processes of a Procfile: what is run once per release, what answers, and what works beside it. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { install, type Installed, kill, until } from "./installed.ts";

let landfall: Installed;
beforeAll(async () => {
  landfall = await install();
});
afterAll(() => landfall[Symbol.asyncDispose]());

/** A program whose release writes into a file outside, as a migration into its database. */
function jobs(database: string, more: Record<string, string> = {}): Record<string, string> {
  return {
    "package.json": JSON.stringify({ name: "jobs", type: "module", scripts: { start: "node web.js" } }),
    Procfile: "release: node migrate.js\nweb: npm start\nworker: node worker.js\nclock: node web.js\n",
    "migrate.js": `import { appendFileSync } from "node:fs";
console.log("schema is made");
appendFileSync(${JSON.stringify(database)}, "migrated\\n");`,
    "web.js": `import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
const schema = readFileSync(${JSON.stringify(database)}, "utf8");
createServer((request, response) => response.end("answers with " + schema)).listen(process.env.PORT);`,
    "worker.js": `console.log("works"); setInterval(() => {}, 1000);`,
    ...more,
  };
}

interface Listed {
  services: { service: string; kind: string; state: string }[];
}

it("runs the release once before the program starts, and its workers from the same files", async () => {
  const database = join(landfall.home, "jobs.txt");
  const folder = landfall.project("jobs", jobs(database));
  expect(await landfall.json("deploy", folder)).toMatchObject({ code: 0, status: "success" });
  expect((await landfall.get("jobs.localhost")).body).toBe("answers with migrated\n");

  const { services } = await landfall.json<Listed>("status");
  // The same program under another name is another way to host it, and is not started twice.
  expect(services.map(({ service, kind, state }) => [service, kind, state])).toEqual([
    ["jobs", "server", "running"],
    ["worker", "worker", "running"],
  ]);
  expect((await landfall.run("logs", "jobs", "--service", "worker")).stdout).toContain("works");
  expect((await landfall.run("logs", "jobs", "--build")).stdout).toContain("schema is made");

  expect(await landfall.json("deploy", folder)).toMatchObject({ code: 0 });
  expect(readFileSync(database, "utf8")).toBe("migrated\n");
  writeFileSync(join(folder, "worker.js"), `console.log("works anew"); setInterval(() => {}, 1000);`);
  expect(await landfall.json("deploy", folder)).toMatchObject({ code: 0 });
  expect(readFileSync(database, "utf8")).toBe("migrated\nmigrated\n");
  const logs = async (): Promise<boolean> =>
    (await landfall.run("logs", "jobs", "--service", "worker")).stdout.includes("works anew");
  await until("the new worker prints", logs);
});

it("a release that fails leaves what runs as it is, and says what it printed", async () => {
  const folder = landfall.project("fails", jobs(join(landfall.home, "fails.txt")));
  expect(await landfall.json("deploy", folder)).toMatchObject({ code: 0, status: "success" });
  writeFileSync(join(folder, "migrate.js"), `console.error("no such table"); process.exit(3);`);
  expect(await landfall.json("deploy", folder)).toMatchObject({
    code: 1,
    error: { code: "START_FAILED", evidence: ["no such table"] },
  });
  expect((await landfall.get("fails.localhost")).body).toBe("answers with migrated\n");

  expect(await landfall.json("deploy", folder, "--release-command", "")).toMatchObject({ code: 0, status: "success" });
});

it("a worker that does not run keeps the program from the traffic, and can be left out", async () => {
  const folder = landfall.project("idle", jobs(join(landfall.home, "idle.txt"), { "worker.js": "process.exit(1);" }));
  const { code, error } = await landfall.json<{ error: { code: string; next: string } }>("deploy", folder);
  expect({ code, error }).toMatchObject({ code: 1, error: { code: "START_FAILED" } });
  expect(error.next).toContain("To deploy without it: --service jobs.");
  expect(await landfall.json("deploy", folder, "--service", "jobs")).toMatchObject({ code: 0, status: "success" });
});

it("a release that was interrupted is ended before it is run again", async () => {
  const database = join(landfall.home, "slow.txt");
  const folder = landfall.project(
    "slow",
    jobs(database, {
      "migrate.js": `import { appendFileSync } from "node:fs";
const note = (text) => appendFileSync(${JSON.stringify(database)}, text + " ");
note("begins");
setTimeout(() => note("ends"), 2000);`,
    }),
  );
  const deploying = landfall.start("deploy", folder);
  await until("the release begins", () => existsSync(database));
  kill(deploying.pid!);
  await until("it is served", async () => (await landfall.get("slow.localhost")).status === 200);
  expect(readFileSync(database, "utf8")).toBe("begins begins ends ");
});
