/** The port a program of JavaScript listens on when PORT is not set, from its own text. */
import { isListening, type Source } from "./entry.ts";
import { sourceFor } from "./imports.ts";
import { placeOf } from "./languages/files.ts";
import type { Project } from "./reading.ts";

const number = "[\"'`]?(\\d{2,5})[\"'`]?\\b(?!\\s*[*.\\d])";
/** Ways code names the port it takes when the environment names none, strongest first. */
const portRules: readonly { id: string; pattern: RegExp; confidence: number }[] = [
  {
    id: "port/fallback",
    pattern: new RegExp(
      `(?<![A-Z_])(?:(?:APP|SERVER|HTTP|API|NODE|BACKEND|WEB|EXPRESS)_)?PORT\\b(?:[^\\n;{}]{0,50}?(?:\\|\\||\\?\\?|,\\s*|\\?[^:\\n]{1,60}:)|\\)?\\s*(?:\\?\\?|\\|\\||\\?(?![?.])[^:;{}]{1,80}:))\\s*(?:Number\\(|parseInt\\(|String\\(|\\+)?\\s*${number}`,
      "g",
    ),
    confidence: 0.9,
  },
  {
    id: "port/schema",
    pattern: new RegExp(
      `(?<![A-Z_a-z])(?:(?:APP|SERVER|HTTP|API)_)?(?:PORT|port)["']?\\s*[:,][^;{}]{0,120}?(?:\\.default|\\.prefault|withDefault|optional|withDefaultValue)\\(\\s*${number}`,
      "g",
    ),
    confidence: 0.88,
  },
  {
    id: "port/schema",
    pattern: new RegExp(
      `(?:(?<![A-Z_a-z])PORT["']?\\s*:\\s*(?:\\w+(?:\\.\\w+)*\\(?\\s*)?\\{|\\benv["']?\\s*:\\s*["']PORT["'])[^}]{0,160}?default["']?\\s*:\\s*${number}`,
      "g",
    ),
    confidence: 0.88,
  },
  {
    id: "port/schema",
    pattern: new RegExp(`default["']?\\s*:\\s*${number}[^}]{0,80}env["']?\\s*:\\s*["']PORT`, "g"),
    confidence: 0.85,
  },
  {
    id: "port/destructured",
    pattern: new RegExp(
      `\\bPORT\\s*(?::\\s*\\w+\\s*)?=\\s*${number}[^{}]*\\}\\s*=\\s*(?:process|Bun|import\\.meta)`,
      "g",
    ),
    confidence: 0.9,
  },
  { id: "port/destructured", pattern: new RegExp(`\\bport\\s*=\\s*${number}\\s*[,}]`, "g"), confidence: 0.6 },
  {
    id: "port/listen",
    pattern: new RegExp(
      `(?:\\.listen\\s*\\(|\\bViteExpress\\.listen\\s*\\([^,()]*(?:\\(\\))?,)\\s*(?:\\{[^}]{0,200}?port\\s*:\\s*)?(?:(?:Number|parseInt)\\s*\\(\\s*)?(?:[\\w$.]+\\)?\\s*(?:\\|\\||\\?\\?)\\s*)?${number}`,
      "g",
    ),
    confidence: 0.88,
  },
  {
    id: "port/fallback",
    pattern: new RegExp(
      `\\bport["']?\\s*[:=][^\\n;{}]{0,80}?(?:\\|\\||\\?\\?)\\s*(?:Number\\(|parseInt\\()?\\s*${number}`,
      "gi",
    ),
    confidence: 0.8,
  },
  {
    id: "port/constant",
    pattern: new RegExp(
      `\\b(?:const|let|var)\\s+(?:\\w*_)?port\\s*(?::\\s*\\w+\\s*)?=\\s*(?:Number\\(|parseInt\\()?\\s*${number}`,
      "gi",
    ),
    confidence: 0.8,
  },
  {
    id: "port/option",
    pattern: new RegExp(
      `\\b(?:port["']?\\s*:|(?:(?:APP|SERVER|API|HTTP|NODE|BACKEND|WEB)_)?PORT["']?\\s*[:=])\\s*(?:Number\\(|parseInt\\()?\\s*${number}`,
      "g",
    ),
    confidence: 0.65,
  },
];
const notWebPorts = new Set([
  5432, 3306, 27017, 6379, 1433, 25, 465, 587, 2525, 11211, 9200, 5672, 1521, 22, 53, 10, 16, 36, 9229, 2375, 1025,
  6380, 9092,
]);

/** `app.listen(settings.server.port)`: the number is where the settings are. */
const listensByName =
  /\.listen\s*\(\s*(?:\{[^}]{0,100}?port\s*:\s*)?(?:Number\s*\(|parseInt\s*\()?\s*(?:process\.env\.\w+\s*(?:\|\||\?\?)\s*PORT|[\w$]+(?:\.[\w$]+)*\.(?:\w*_)?(?:port|PORT))\b/;
const settingsFile = /(?:^|[/.-])(?:config|configuration|settings|constants|env|environment|default)(?:[/.-]|$)/i;

/** `NODE_ENV === "development" ? 3002 : 80`, `isProd ? 80 : 3002`: one port for those who develop, another for what is deployed. */
const portByMode =
  /((?:\|\||\?\?)\s*\(\s*)?(?:process\.env[.[]["']?|(?<![\w.])env\.)?(?:NODE_ENV["'\]]*\s*([!=])==?\s*["'](prod|dev|test)\w*["']|\bis(Prod|Dev)\w*)\s*\?\s*["']?(\d{2,5})["']?\s*:\s*["']?(\d{2,5})["']?(?!\w)(\s*\))?/g;

/** The text with the port of what is deployed in place of such a choice. */
function deployedPorts(text: string): string {
  if (!text.includes("?") || !/NODE_ENV|\bis(?:Prod|Dev)/.test(text)) return text;
  return text.replace(portByMode, (...groups: (string | undefined)[]) => {
    const [, before, operator, mode, flag, first, second, after] = groups;
    const isForProduction = ((mode ?? flag)!.toLowerCase() === "prod") === (operator !== "!");
    const port = isForProduction ? first! : second!;
    return before === undefined ? `${port}${after ?? ""}` : `|| ${port}`;
  });
}

/** A default that is named: `PORT || SERVER.DEFAULT_PORT`, `.default(defaults.port)`. */
const namedDefault = /(\|\||\?\?|\b(?:default|prefault)\()(\s*)([A-Za-z_$][\w$]*)\.(\w*(?:[pP]ort|PORT))\b(?!\s*[.(])/g;

/** The text with the numbers of such defaults, which stand in an object of this file or of one it imports. */
function withNumbers(project: Project, { at, text }: Source): string {
  return text.replace(namedDefault, (whole, before: string, space: string, owner: string, name: string) => {
    const value = numberOf({ project, at, text }, owner, name);
    return value === undefined ? whole : `${before}${space}${value}`;
  });
}

function numberOf(
  { project, at, text }: Source & { project: Project },
  owner: string,
  name: string,
): string | undefined {
  const named = new RegExp(`\\bimport\\s*\\{[^{}]*\\b${owner}\\b[^{}]*\\}\\s*from\\s*["']([^"']+)["']`).exec(text)?.[1];
  const held = named === undefined ? text : (sourceFor(project, at, named)?.text ?? "");
  const inObject = new RegExp(
    `\\b${owner}\\b[^=;{]*=\\s*(?:\\w+\\.freeze\\()?\\{[^}]*?\\b${name}["']?\\s*:\\s*(\\d{2,5})\\b`,
  ).exec(held)?.[1];
  if (inObject !== undefined) return inObject;
  // A module that is all settings, under a name of the importer's: const config = require("./config").
  const whole = new RegExp(
    `\\b${owner}\\s*=\\s*require\\s*\\(\\s*["'](\\.[^"']+)["']|\\bimport\\s+(?:\\*\\s+as\\s+)?${owner}\\s+from\\s*["']([^"']+)["']`,
  ).exec(text);
  const path = whole?.[1] ?? whole?.[2];
  const settings = path === undefined ? undefined : sourceFor(project, at, path)?.text;
  return settings === undefined
    ? undefined
    : new RegExp(`\\b${name}["']?\\s*[:=]\\s*(\\d{2,5})\\b`).exec(settings)?.[1];
}

/** The variable `sources` take their port from, where they name one: `env.API_PORT`. */
export function portNamed(sources: readonly Source[]): string | undefined {
  const names = new Set(
    sources.flatMap(({ text }) =>
      [...text.matchAll(/\b(?:env|config|settings)\.((?:[A-Z]+_)?PORT)\b/g)].map(([, name]) => name!),
    ),
  );
  return names.size === 1 ? [...names][0] : undefined;
}

/**
 * The port `sources` listen on without PORT; the first file and the strongest rule win. Where they also have a number for `wanted`, others'
 * do not count.
 */
export function portIn(
  project: Project,
  sources: readonly Source[],
  wanted?: string,
): { port: number; at: string; rule: string; confidence: number } | null {
  const isByName = sources.some(({ text }) => listensByName.test(text));
  const deployed = sources.map((source) => ({
    at: source.at,
    text: deployedPorts(withNumbers(project, source)),
  }));
  for (const { id, pattern, confidence } of portRules) {
    for (const { at, text } of deployed) {
      if (id === "port/option" && !isListening({ at, text }) && !(isByName && settingsFile.test(at))) continue;
      if (!/port|listen/i.test(text)) continue;
      for (const match of text.matchAll(pattern)) {
        const port = Number(match[1]);
        if (port < 80 || port > 65_535 || notWebPorts.has(port)) continue;
        if (id === "port/listen" && isEncryptedBeside(text, match.index)) continue;
        if (wanted !== undefined && !match[0].startsWith(wanted) && new RegExp(`(?<!\\w)${wanted}\\b`).test(text))
          continue;
        return { port, at: placeOf(at, project.tree.text(at) ?? text, match[0].split("\n")[0]!), rule: id, confidence };
      }
    }
  }
  for (const { at, text } of deployed) {
    const found = listenedByName(text);
    if (found === undefined || notWebPorts.has(found.port)) continue;
    return {
      port: found.port,
      at: placeOf(at, project.tree.text(at) ?? text, found.line),
      rule: "port/named",
      confidence: 0.8,
    };
  }
  for (const { at, text } of deployed)
    for (const { call, port } of ownDefaults)
      if (call.test(text))
        return { port, at: placeOf(at, project.tree.text(at) ?? text, call), rule: "port/own", confidence: 0.7 };
  return null;
}

/** `httpsServer.listen(1443)` beside `httpServer.listen(port)`: what stands before a deployed program encrypts for it. */
function isEncryptedBeside(text: string, at: number): boolean {
  return (
    /\bhttps\w*$/.test(text.slice(Math.max(0, at - 20), at)) &&
    [...text.matchAll(/(\w*)\.listen\s*\(/g)].some((call) => !call[1]!.startsWith("https"))
  );
}

/** Calls that open a port of the library's choice when they are told none. */
const ownDefaults: readonly { call: RegExp; port: number }[] = [
  { call: /\bsails\.lift\s*\(/, port: 1337 },
  { call: /\bstartStandaloneServer\s*\(/, port: 4000 },
];

const listensByOneName =
  /(?:\bViteExpress\.listen\s*\([^,()]*,|(?:\.listen|\bserve)\s*\()\s*(?:\{[^{}]{0,200}?\bport\s*:\s*)?([A-Za-z_$][\w$]{2,})\s*[,})]/g;

/** `const GATEWAY_PORT = Number(process.env.GATEWAY_PORT) || 3006; app.listen({ port: GATEWAY_PORT })`: a number by whatever name. */
function listenedByName(text: string): { port: number; line: string } | undefined {
  for (const [, name] of text.matchAll(listensByOneName)) {
    const given = new RegExp(
      `\\b(?:const|let|var)\\s+${name!.replaceAll("$", "\\$")}\\s*(?::\\s*\\w+\\s*)?=(?:[^;\\n]{0,80}?(?:\\|\\||\\?\\?))?\\s*(?:Number\\(|parseInt\\()?\\s*${number}`,
    ).exec(text);
    const port = Number(given?.[1]);
    if (port >= 80 && port <= 65_535) return { port, line: given![0] };
  }
  return undefined;
}
