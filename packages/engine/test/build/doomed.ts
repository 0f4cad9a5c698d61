/** An engine in a process of its own, to be killed while it builds: prints a line when the build runs, and waits. */
import { openBlobs } from "../../src/snapshot/blobs.ts";
import { buildArtifact } from "../../src/build/build.ts";
import { serviceOf, snapshotOf } from "./project.ts";

const [home = "", canary = ""] = process.argv.slice(2);
const project = {
  files: { "wait.mjs": "console.log('up'); setInterval(() => {}, 1000)" },
  build: `node wait.mjs ${canary}`,
};
const blobs = openBlobs(`${home}/blobs`);
await buildArtifact({
  service: serviceOf(project),
  snapshot: snapshotOf(project.files, blobs),
  blobs,
  home,
  organization: "local",
  variables: {},
  toolPath: ["/usr/bin", "/bin"],
  signal: new AbortController().signal,
  log: (line) => {
    if (line === "up") console.log("building");
  },
});
