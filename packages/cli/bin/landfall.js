#!/bin/sh
":" //; # This file is read by sh, then by Node: a line that begins so is a command for the one, and a text with a comment for the other.
":" //; self=$(readlink -f "$0" || echo "$0"); here=${self%/*}
":" //; # sh answers --version without a Node, whose start alone takes longer than all of the rest.
":" //; if [ "$*" = --version ] || [ "$*" = -V ]; then while read -r key value; do
":" //;   if [ "$key" = '"version":' ]; then value=${value#\"}; echo "${value%\",}"; exit; fi
":" //; done <"$here/../package.json"; fi
":" //; # A checkout brings its own Node, beside the link this was started by; it wins over an older one of the system.
":" //; # What is being sent is garbage at once: young memory that stays small saves 50 to 100 MB of the peak, and time.
":" //; node=${0%/*}/node; [ -x "$node" ] || node=node; exec "$node" --max-semi-space-size=4 "$self" "$@"

// Runs on any Node, so that an old one gets a sentence and not a syntax error.
const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 13)) {
  process.stderr.write(
    `landfall needs Node 22.13 or newer; this is ${process.version}.\n` +
      "In a checkout, run it as `npx landfall` after `npm ci`, which brings its own Node; elsewhere install a newer Node from https://nodejs.org.\n",
  );
  process.exit(2);
}
if (process.argv.length === 3 && (process.argv[2] === "--version" || process.argv[2] === "-V")) {
  const { readFileSync, writeSync } = process.getBuiltinModule("node:fs");
  // Straight to the descriptor: setting up process.stdout takes a fifth of the time of the whole answer.
  writeSync(1, `${JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")).version}\n`);
} else {
  const { enableCompileCache } = await import("node:module");
  enableCompileCache?.();
  await import("../dist/main.js");
}
