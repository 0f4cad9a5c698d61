/** Another version of Landfall is put in place: what serves becomes that one, by itself, and never goes away. */
import { execFileSync } from "node:child_process";
import { cpSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { echo, install, type Installed, kill, until } from "./installed.ts";

const root = join(import.meta.dirname, "../../..");

/** The program as it was built, which says that it is of another version. Answers what starts it. */
function putInPlace({ home }: Installed, version: string): string {
  const folder = join(home, "upgraded");
  for (const part of ["bin", "dist"]) cpSync(join(root, "packages/cli", part), join(folder, part), { recursive: true });
  writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module", version }));
  symlinkSync(join(root, "node_modules"), join(home, "node_modules"));
  return join(folder, "bin/landfall.js");
}

it("serves with the later version from its first command on, and goes back to no earlier one", async () => {
  await using machine = await install();
  const edges = (): { pid: number; command: string }[] =>
    machine.processes().filter(({ command }) => / edge --home /.test(command) && !command.includes("standby.js"));
  expect(await machine.run("deploy", machine.project("echo", echo("hello")), "--yes")).toMatchObject({ code: 0 });
  const [earlier] = edges();
  const { code, services } = await machine.json<{ services: { restarts: number; port: number }[] }>("status");
  expect({ code, earlier }).toEqual({ code: 0, earlier: expect.anything() });

  const later = putInPlace(machine, "99.0.0");
  const doctor = (): string =>
    execFileSync(process.execPath, [later, "doctor"], { env: machine.env, encoding: "utf8", cwd: machine.home });
  expect(doctor()).toContain("The edge (99.0.0) serves 1 service");
  const [edge, ...others] = await until("only the later one", () => (edges().length === 1 ? edges() : null));
  expect({ command: edge!.command.includes(later), others }).toEqual({ command: true, others: [] });
  expect(await machine.get("echo.localhost")).toEqual({ status: 200, body: "hello" });
  expect((await machine.json<{ services: unknown }>("status")).services).toEqual(services);

  await until("a standby", () =>
    machine.processes().some(({ command }) => command.includes("upgraded/dist/standby.js")),
  );
  kill(edge!.pid);
  await until("another edge", async () => (await machine.get("echo.localhost")).status === 200);
  expect(await machine.run("ls")).toMatchObject({ code: 0 });
  expect(edges()).toEqual([expect.objectContaining({ command: expect.stringContaining(later) })]);
});
