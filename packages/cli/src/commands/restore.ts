/** `landfall restore <file>`: a backup becomes a new data directory. */
import { resolve } from "node:path";
import { askPassphrase, passphraseIn } from "../passphrase.ts";
import type { Registry } from "../registry.ts";
import { bytes, count } from "../screen/text.ts";

interface Flags {
  key?: string;
  passphraseFile?: string;
}

export function restore({ program, does }: Registry): void {
  program
    .command("restore")
    .description("Make a new data directory of a backup; one that is not empty is never touched.")
    .argument("<file>", "made by: landfall backup")
    .option("--key <file>", "key file of the old data directory, when the backup does not hold it")
    .option("--passphrase-file <file>", "read the passphrase of the key in it from the first line of a file")
    .addHelpText(
      "after",
      `
With --home, or LANDFALL_HOME, it says where to. With LANDFALL_DATABASE_URL that database must be empty.`,
    )
    .action(
      does<Flags>(async (context, { args: [file], flags }) => {
        const { home, databaseUrl, encryptionKey, blobStore } = context.options();
        const { restoreBackup } = await import("@landfall/engine");
        const { passphraseFile } = flags;
        const report = await restoreBackup(resolve(context.cwd, file!), {
          home,
          passphrase:
            passphraseFile === undefined ? () => askPassphrase(context) : passphraseIn(context, passphraseFile),
          ...(flags.key === undefined ? {} : { keyFile: resolve(context.cwd, flags.key) }),
          ...(databaseUrl === undefined ? {} : { databaseUrl }),
          ...(encryptionKey === undefined ? {} : { encryptionKey }),
          ...(blobStore === undefined ? {} : { blobStore }),
        });
        if (context.json) {
          context.result(JSON.stringify(report));
          return;
        }
        const { madeAt, projects, blobs, missing, ended } = report;
        context.result(
          [
            `${report.home}: as it was on ${madeAt.slice(0, 16).replace("T", " ")} UTC; ${count(projects, "project")}, ${count(blobs.count, "file")} (${bytes(blobs.sizeBytes)}).`,
            ...(ended > 0 ? [`${count(ended, "deployment")} that ran then ended as cancelled.`] : []),
            ...(missing.length > 0
              ? [`! ${count(missing.length, "file")} of releases were gone when it was made.`]
              : []),
            "What was live on that machine is served again by: landfall serve",
          ].join("\n"),
        );
      }),
    );
}
