import { useMemo, useState } from "react";
import {
  BuildLogViewer,
  type BuildLogViewerProps,
  Button,
  createLogStore,
  FixedNow,
  type LogEvent,
  type LogStore,
} from "../src/index.ts";
import { hostileLines } from "./hostile-lines.ts";

export const title = "BuildLogViewer";

const startMs = Date.parse("2026-08-21T10:00:00.000Z");

function event(seq: number, lines: string[], about: Partial<LogEvent> = {}): LogEvent {
  const at = new Date(startMs + seq * 400).toISOString();
  return {
    type: "log",
    deploymentId: "dep_story",
    seq,
    at,
    step: "build web",
    stream: "stdout",
    firstLine: 1,
    lines,
    ...about,
  };
}

const build = [
  event(1, ["Found Vite 7 in package.json", "1 service: web"], { step: "detect" }),
  event(2, ["\u001b[1m\u001b[36m> npm ci\u001b[0m"]),
  event(3, ["npm warn deprecated har-validator@5.1.5: this library is no longer supported"], { stream: "stderr" }),
  event(5, ["added 312 packages in 4s", "", "\u001b[1m\u001b[36m> npm run build\u001b[0m"]),
  event(7, [
    "\u001b[32mvite v7.1.2 \u001b[36mbuilding for production...\u001b[0m",
    "transforming 1\rtransforming 812\r\u001b[32m✓\u001b[0m 812 modules transformed.",
    "\u001b[2mdist/\u001b[22m\u001b[36massets/index-4f1c.js   \u001b[39m\u001b[1m\u001b[33m612.40 kB\u001b[39m\u001b[22m\u001b[2m │ gzip: 190.12 kB\u001b[22m",
    "See https://vite.dev/guide/build.html#chunking-strategy for ways to make it smaller.",
  ]),
  event(11, ["24 of 312 files were new"], { step: "upload" }),
];
const failed = [
  ...build.slice(0, 4),
  event(
    7,
    [
      "src/cart.ts(12,9): \u001b[31merror\u001b[0m TS2304: Cannot find name 'totl'.",
      "\u001b[7m12\u001b[0m   return totl(items);",
      "\u001b[7m  \u001b[0m \u001b[31m        ~~~~\u001b[0m",
      "npm ERR! Lifecycle script `build` failed with error:",
      "npm ERR! code 2",
    ],
    { stream: "stderr" },
  ),
];
const palette = event(20, [
  ...Array.from(
    { length: 16 },
    (_, colour) =>
      `\u001b[38;5;${colour}mColour ${colour}\u001b[0m \u001b[48;5;${colour}mon its ground\u001b[0m \u001b[7;38;5;${colour}mturned round\u001b[0m`,
  ),
  `${Array.from({ length: 24 }, (_, part) => `\u001b[38;2;${part * 10};${255 - part * 10};128m#`).join("")}\u001b[0m true colours, as the nearest of sixteen`,
  "\u001b[1mbold\u001b[0m \u001b[2mdim\u001b[0m \u001b[3mitalic\u001b[0m \u001b[4munderlined\u001b[0m \u001b[9mstruck out\u001b[0m",
]);

function Viewer({ events, ...props }: Omit<BuildLogViewerProps, "log"> & { events: readonly LogEvent[] }) {
  const log = useMemo(() => {
    const store = createLogStore();
    for (const one of events) store.append(one);
    return store;
  }, [events]);
  const [lines, setLines] = useState(props.lines ?? null);
  return <BuildLogViewer log={log} height="20rem" {...props} lines={lines} onLines={setLines} />;
}

const live = { connection: { kind: "live" } } as const;
const many = [
  event(
    1,
    Array.from({ length: 2_000 }, (_, line) => `${line + 1} modules transformed`),
  ),
];
const later = [event(1, ["The beginning is gone", "and this is what is left."], { firstLine: 48_201 })];
const none: LogEvent[] = [];

/** Lines of a long build, with an error now and then. */
function lineOf(number: number): string {
  if (number % 5_000 === 0) return `\u001b[31merror:\u001b[0m module ${number} was not found`;
  return `\u001b[2m[${number}]\u001b[0m \u001b[32m✓\u001b[0m compiled src/modules/${number % 977}/index.ts in ${number % 83} ms`;
}

/** 5,000 lines a second, 50 every 10 ms, whatever the timers do. */
function feed(log: LogStore, total: number): void {
  const began = performance.now();
  let sent = 0;
  let seq = 0;
  const timer = setInterval(() => {
    const due = Math.min(total, Math.floor((performance.now() - began) / 10) * 50);
    while (sent < due) {
      seq += 1;
      log.append(
        event(
          seq,
          Array.from({ length: 50 }, (_, line) => lineOf(sent + line + 1)),
          { step: sent === 0 ? "install" : "build web" },
        ),
      );
      sent += 50;
    }
    if (sent >= total) clearInterval(timer);
  }, 10);
}

/** As many lines as the address says, 200,000 without; `#L150000` is opened with. */
function Large() {
  const log = useMemo(() => createLogStore(), []);
  const [isFed, setFed] = useState(false);
  const total = Number(new URLSearchParams(location.search).get("total") ?? 200_000);
  return (
    <div className="lf:flex lf:flex-col lf:gap-2">
      <div className="lf:flex lf:gap-2">
        <Button
          onClick={() => {
            setFed(true);
            feed(log, total);
          }}
        >
          Feed
        </Button>
        <Button
          onClick={() => {
            for (let seq = 1; seq <= total / 500; seq += 1)
              log.append(
                event(
                  seq,
                  Array.from({ length: 500 }, (_, line) => lineOf((seq - 1) * 500 + line + 1)),
                ),
              );
          }}
        >
          Feed at once
        </Button>
      </div>
      <BuildLogViewer
        log={log}
        {...live}
        height="32rem"
        {...(location.hash === "" ? {} : { lines: location.hash })}
        label={isFed ? "Build log, growing" : "Build log"}
      />
    </div>
  );
}

function Hostile() {
  const events = useMemo(() => [event(1, hostileLines())], []);
  return <Viewer events={events} {...live} />;
}

export const stories: Record<string, () => React.ReactNode> = {
  waiting: () => <Viewer events={none} {...live} />,
  streaming: () => <Viewer events={build} {...live} />,
  paused: () => <Viewer events={many} {...live} lines="L1000" />,
  reconnecting: () => (
    <FixedNow at="2026-08-21T10:00:17.000Z">
      <Viewer events={build} connection={{ kind: "reconnecting", lastEventAtMs: startMs + 5_000, attempt: 2 }} />
    </FixedNow>
  ),
  offline: () => <Viewer events={build} connection={{ kind: "offline", sinceMs: startMs + 5_000 }} />,
  ended: () => <Viewer events={build} ended plainTextUrl="build-log.txt" />,
  failed: () => <Viewer events={failed} ended lines="L7-L9" />,
  truncated: () => <Viewer events={later} ended truncated={1_204} />,
  expired: () => <Viewer events={none} expired />,
  empty: () => <Viewer events={none} ended />,
  "one step": () => <Viewer events={build} ended step="upload" />,
  colours: () => <Viewer events={[palette]} ended />,
  hostile: Hostile,
  large: Large,
};
