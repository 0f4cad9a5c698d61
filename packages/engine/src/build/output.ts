/** From what a build made to its artifact: the directory to serve, or the files a server needs, looked over. */
import { realpathSync } from "node:fs";
import { join } from "node:path";
import type { Artifact } from "../artifact.ts";
import { isHidden, plainRules } from "./as-is.ts";
import type { BuildInput } from "./input.ts";
import { checkEntry, findOutput, inspectOutput } from "./checks.ts";
import { secretsOf } from "./environment.ts";
import { artifactOf, type Collected, collectFiles, type KnownDigests } from "./files.ts";
import type { BuildLimits } from "./limits.ts";
import { selectServerFiles } from "./selection.ts";
import type { Workspace } from "./workspace.ts";

/** Take the output into the store. Throws OUTPUT_MISSING, BUILD_FAILED (too many files). */
export async function collectOutput({
  input,
  workspace,
  limits,
  known,
}: {
  input: BuildInput;
  workspace: Workspace;
  limits: BuildLimits;
  known: KnownDigests | undefined;
}): Promise<{ artifact: Artifact; warnings: string[] }> {
  const { service, blobs, signal, log } = input;
  const isStatic = service.kind === "static";
  const outputDir = service.build!.outputDir;
  const home = join(workspace.files, service.path);
  const common = { within: workspace.files, blobs, maxFiles: limits.outputFiles, signal, known };
  const warnings: string[] = [];
  let collected: Collected;
  if (isStatic) {
    const { directory, note } = findOutput({ service: home, outputDir, isStatic });
    if (note !== undefined) warnings.push(note);
    const isWhole = realpathSync(directory) === realpathSync(home);
    collected = await collectFiles({
      ...common,
      roots: [{ from: directory, to: "." }],
      excludes: (path) => isWhole && isHidden(path),
    });
  } else if (!service.start) {
    // A server in the platform's own form: the folder its adapter wrote is all of it.
    const { directory } = findOutput({ service: home, outputDir, isStatic });
    collected = await collectFiles({ ...common, roots: [{ from: directory, to: "." }], excludes: () => false });
  } else {
    checkEntry({ service, directory: home });
    const selection = await selectServerFiles(service, workspace.files);
    log(`The release holds ${selection.because}.`, "stdout");
    collected = await collectFiles({
      ...common,
      roots: selection.roots.map(({ from, to }) => ({ from: join(workspace.files, from), to })),
      excludes: selection.excludes,
    });
  }
  const artifact = artifactOf({
    kind: service.accepts,
    collected,
    rules: isStatic ? (service.static ?? plainRules) : undefined,
    start: isStatic ? undefined : service.start,
  });
  const inspected = await inspectOutput({ files: collected.files, blobs, isStatic, secrets: secretsOf(input) });
  return { artifact, warnings: [...warnings, ...collected.warnings, ...inspected] };
}
