/** The files of a program, put where it runs from. */
import { existsSync } from "node:fs";
import { mkdir, rename, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { networkOf } from "../../build/environment.ts";
import { toolDirectories } from "../../build/programs.ts";
import { nodeFor } from "../../build/runtime.ts";
import { runtimesOf } from "../../build/toolchain.ts";
import { openToolbox } from "../../build/tools.ts";
import type { Release } from "../../platform.ts";
import type { Store } from "../../store/store.ts";
import { endEarlier, runBefore } from "./before-start.ts";
import { programEnvironment, releaseDirectory, runtimeDirectory } from "./program.ts";

/**
 * Put the program's files where it runs from, whole or not at all, and run what comes before its start; what is there already is this
 * release's and stays. Throws START_FAILED, NOT_FOUND (a file is no longer in the store), DISK_FULL.
 */
export async function stage({
  store,
  release,
  service,
  toolPath,
  network = {},
  signal,
  log = () => undefined,
}: {
  store: Pick<Store, "home" | "blobs">;
  release: Release;
  service: string;
  toolPath: string[];
  /** Variables for proxies, certificates, the registry. */
  network?: Readonly<Record<string, string>>;
  signal?: AbortSignal;
  log?(line: string): void;
}): Promise<void> {
  const directory = releaseDirectory(store.home, release.id, service);
  if (existsSync(directory)) return;
  const { artifact, plan, variables } = release.services.find((one) => one.plan.name === service)!;
  const draft = `${directory}.draft`;
  const note = `${directory}.before`;
  await endEarlier(note);
  await rm(draft, { recursive: true, force: true });
  // Bytes of its own: a program that writes into its directory must change neither the store nor another release.
  await store.blobs.materialise(artifact.files, draft, { link: "reflink" });
  await mkdir(join(draft, ".tmp"), { recursive: true });
  const toolbox = await openToolbox(store.home, {
    path: toolDirectories(toolPath),
    network: networkOf(network),
    ...(signal ? { signal } : {}),
  });
  // As long as the release is there, so are they: going back to it is going back to what it ran with.
  await mkdir(runtimeDirectory(draft), { recursive: true });
  const { node } = await nodeFor(plan, toolbox);
  for (const [name, program] of Object.entries(await runtimesOf(plan, { root: draft, toolbox, node })))
    await symlink(program, join(runtimeDirectory(draft), name));
  await runBefore({
    plan,
    root: draft,
    env: programEnvironment({ root: draft, plan, variables, toolPath }),
    note,
    ...(signal ? { signal } : {}),
    log,
  });
  await rename(draft, directory);
}
