/** What differs from run to run in an accessibility tree, replaced by what it is. */

import { hostname } from "node:os";

const duration = String.raw`(?:\d+(?:\.\d+)? (?:ms|s|min|h|(?:second|minute|hour)s?)\b|less than a second)`;
/** In this order. */
export const changing: readonly [RegExp, string][] = [
  // What is done with this machine, which is called otherwise elsewhere.
  [new RegExp(String.raw`\b(Drain|Take back|Remove) ${hostname().replaceAll(".", "[.]")}(?=[" ])`, "g"), "$1 …name"],
  [/\b([a-z]{3})_[0-9a-z]{8,}\b/g, "$1_…"],
  [/\blf_[\w-]+/g, "lf_…"],
  [/\/s\/[\w-]{16,}/g, "/s/…"],
  [/\b[0-9a-f]{40,64}\b/g, "…hash"],
  [/(127\.0\.0\.1|localhost):\d+/g, "$1:…"],
  [/\b(?:now|(?:an?|\d+) (?:second|minute|hour)s? ago)(?=$|[" ,])/gm, "…ago"],
  [/\b\d{1,2}:\d{2}:\d{2}(?:\.\d+)?\b/g, "…time"],
  [new RegExp(String.raw`${duration}(?: ${duration})*(?: (?=,))?`, "g"), "…duration"],
  [/, (?:as usual|usually …duration ?), /g, ", usually …duration, "],
  [/[\d.]+ [kMGT]B of [\d.]+ [kMGT]B free/g, "…disk"],
  // A busy machine may say late that it is there.
  [
    /^( *- row ")\S+ (?:Reachable|Away last heard of …ago) (.*\n *- rowheader ")\S+"(\n *- cell ")(?:Reachable"|Away last heard of …ago":\n.*\n.*)$/gm,
    '$1…name …state $2…name"$3…state"',
  ],
  // Of the Node that builds.
  [/(?<![\d.])v?\d+\.\d+\.\d+\b(?!\.)/g, "…version"],
  [/node:internal\/[\w/]+(?::\d+)+/g, "node:internal"],
  // How the output of a build falls into pieces is a matter of time.
  [/^ *- listitem:\n *- text: "\d+"\n *- time: …time\n *- text: "log .*\n/gm, ""],
  [/("Events, )\d+"/g, '$1…"'],
  [/(- text: )"\d+"(?=\n *- time: …time\n)/g, "$1…number"],
];

export function plainTree(tree: string): string {
  return changing.reduce((text, [what, word]) => text.replace(what, word), tree);
}
