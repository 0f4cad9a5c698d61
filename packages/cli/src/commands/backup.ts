/** `landfall backup <file>`: everything of the data directory in one file, restored for a test before it counts. */
import { resolve } from "node:path";
import type { BackupProof, BackupReport } from "@landfall/engine";
import { makePassphrase, passphraseIn } from "../passphrase.ts";
import type { Registry } from "../registry.ts";
import { bytes, count } from "../screen/text.ts";

interface Flags {
  withKey?: boolean;
  passphraseFile?: string;
  /** Absent: make one and test it. True: test the one that is there. False: make one without. */
  verify?: boolean;
}

export function backup({ program, does }: Registry): void {
  program
    .command("backup")
    .description("Write everything that cannot be made again into one file, and restore it for a test.")
    .argument("<file>", "new file, such as landfall.tar.zst")
    .option("--with-key", "put the encryption key in, under a passphrase")
    .option("--passphrase-file <file>", "read the passphrase from the first line of a file")
    .option("--verify", "write nothing: restore the file that is there for a test")
    .option("--no-verify", "write it without the test; it does not count as a backup then")
    .addHelpText(
      "after",
      `
Everything goes on meanwhile. In it: projects, variables (encrypted), deployments with their logs, and the files of retained releases;
not in it: what deployed programs wrote, their own logs, caches. Back with: landfall restore <file>`,
    )
    .action(
      does<Flags>(async (context, { args: [file], flags }) => {
        const path = resolve(context.cwd, file!);
        if (flags.verify === true) {
          const engine = await context.engine({ restore: false, here: true });
          const passphrase =
            flags.passphraseFile === undefined ? {} : { passphrase: passphraseIn(context, flags.passphraseFile) };
          const proof = await engine.verifyBackup(path, passphrase);
          context.result(context.json ? JSON.stringify(proof) : proofLines(proof).join("\n"));
          return;
        }
        const passphrase = flags.withKey === true ? await makePassphrase(context, flags.passphraseFile) : undefined;
        const engine = await context.engine({ restore: false, here: true });
        const report = await engine.backup(path, {
          verify: flags.verify !== false,
          ...(passphrase === undefined ? {} : { passphrase }),
        });
        context.result(context.json ? JSON.stringify(report) : reportLines(report).join("\n"));
      }),
    );
}

function reportLines({
  path,
  sizeBytes,
  projects,
  rows,
  blobs,
  proof,
  keys,
  withKey,
  missing,
}: BackupReport): string[] {
  const files = `${count(blobs.count, "file")} of releases (${bytes(blobs.sizeBytes)})`;
  return [
    `${path}: ${bytes(sizeBytes)}; ${count(projects, "project")}, ${count(rows, "row")}, ${files}.`,
    ...(proof
      ? proofLines(proof)
      : [
          "Not restored for a test: it does not count as a backup until landfall backup --verify FILE.",
          ...(missing.length > 0
            ? [`! ${count(missing.length, "file")} of its releases were not there to be taken.`]
            : []),
          ...(withKey ? [] : keyLines(keys)),
        ]),
  ];
}

function proofLines({ proved, unproved, needsKeys }: BackupProof): string[] {
  return [
    "Restored for a test:",
    ...proved.map((one) => `  ✓ ${one}`),
    ...unproved.map((one) => `  ! ${one}`),
    ...keyLines(needsKeys),
  ];
}

function keyLines(keys: readonly string[]): string[] {
  return keys.length === 0
    ? []
    : [
        `Keep the key ${keys.join(", ")} apart from it: a restore needs the file \`key\` of the data directory, or TOKEN_ENCRYPTION_KEY.`,
      ];
}
