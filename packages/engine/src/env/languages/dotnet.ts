/**
 * Settings of .NET that files hold and variables replace: `ConnectionStrings:Main` is `ConnectionStrings__Main`.
 * Source: https://learn.microsoft.com/aspnet/core/fundamentals/configuration, "Environment variables".
 */
import { isObject, type Json, type JsonObject, type Project } from "../../detect/reading.ts";
import { closing } from "../code.ts";
import { maskSlashComments } from "../mask.ts";
import { isNearby } from "../nearby.ts";
import type { Scope } from "../scope.ts";
import type { Sighting } from "../sighting.ts";
import { aboutPlatform, quietWithin } from "./asked-blocks.ts";

/** What stands for a value that whoever deploys it gives. Words like "password" are part of true connection strings. */
const placeholder =
  /<[\w .-]+>|^[{[].*[}\]]$|#\{.*\}|\byour[-_]|change[-_ ]?(?:me|this|it)|replace|placeholder|x{4,}|\*{3,}|\bTODO\b|^(?:insert|enter|add|put)\b|(?:set|stored?|provided?|override) (?:in|via|by|with)\b/i;
/** What is longer is a text: a connection string, a prompt. */
const longestPlaceholder = 300;
/** Of so many words a text is for people to read. */
const fewestWordsOfText = 8;
/** What a program keeps its data in, or passes it on with. */
const ofStore =
  /(?:^|__)ConnectionStrings?(?:__|$)|ConnectionString$|(?:^|__)\w*(?:Kafka|Rabbit|Redis|Mongo|Postgres|MySql|SqlServer|Nats|Mqtt|Amqp|EventBus|Cassandra|Neo4j)\w*(?:__|$)/i;
/** An empty text in their place means that they are missing. */
const neverEmpty = /(?:Key|Secret|Password|Token|ConnectionString|ClientId)$|(?:^|__)ConnectionStrings__/i;
/** A part that is switched off, or answered by nobody. */
const isOff = /__(?:Is)?Enabled=false$|__Provider=(?:no-?op|none|null|disabled|console|log)$/i;
const aboutTheHost = /^(?:Logging|Serilog|AllowedHosts|Kestrel|NLog|ApplicationInsights)(?:__|$)/i;

const isDoneWithout = /^(?:guarded|default|skipped|quieted)$/;

/** Takes back what `sightings` say of settings that have a value, and adds those the files leave to be given. `texts` are the classes, if all. */
export function settleDotnetSettings(
  project: Project,
  scope: Scope,
  { sightings, texts }: { sightings: Sighting[]; texts: ReadonlyMap<string, string> | null },
): void {
  const files = scope.others.filter(({ name }) => /(?:^|\/)appsettings(?:\.Production)?\.json$/i.test(name));
  const given = new Set<string>();
  const empty = new Set<string>();
  const open = new Map<string, Sighting>();
  const values = new Set<string>();
  for (const { path } of files) {
    const settings = leaves(project.json(path) ?? {}, "");
    const off = settings.flatMap(({ key, value }) =>
      isOff.test(`${key}=${value}`) ? [key.replace(/[A-Za-z]+$/, "")] : [],
    );
    for (const { key, value, isNotChosen } of settings) {
      values.add(value.toLowerCase());
      if (aboutTheHost.test(key) || off.some((section) => key.startsWith(section))) continue;
      const name = key.toLowerCase();
      const isAway = !isNotChosen && ofStore.test(key) && isNearby(key, value);
      const isOpen =
        !isNotChosen &&
        (isAway || (value === "" ? neverEmpty.test(key) : isPlaceholder(value) || isItsName(key, value)));
      if (!isOpen) given.add(name);
      else if (!open.has(name)) {
        const offset = offsetOf(project, path, key);
        open.set(name, { key, need: "checked", when: "run", offset, path, ...(isAway ? { isNearby: true } : {}) });
      }
      if (!isOpen && value === "" && !isNotChosen) empty.add(name);
    }
  }
  if (texts !== null) settleChosen(sightings, texts, values);
  const own = sightings.filter(({ isSetting, need }) => isSetting && need !== "tooling");
  const asked = new Map<string, boolean>();
  for (const sighting of own) {
    const name = sighting.key.toLowerCase();
    asked.set(name, (asked.get(name) ?? true) && isDoneWithout.test(sighting.need));
    if (given.has(name) && !(sighting.isInsisted && empty.has(name))) sighting.need = "given";
    else if (aboutTheHost.test(sighting.key)) sighting.need = "guarded";
    else if (/^(?:plain|asserted)$/.test(sighting.need)) sighting.need = "checked";
  }
  const left = [...open].flatMap(([name, sighting]) =>
    !given.has(name) && asked.get(name) !== true && isSpokenOf(texts, sighting) ? [sighting] : [],
  );
  sightings.push(...left);
  // Names that differ in their case are one setting.
  const names = new Map<string, string>();
  for (const sighting of [...own, ...left]) {
    const name = sighting.key.toLowerCase();
    sighting.key = names.get(name) ?? sighting.key;
    names.set(name, sighting.key);
  }
  const prefix = prefixOf(texts);
  for (const sighting of prefix === undefined ? [] : [...own, ...left]) sighting.key = prefix + sighting.key;
}

/** What stands before the names of all variables that the settings are taken from; a host takes in those without as well. */
function prefixOf(texts: ReadonlyMap<string, string> | null): string | undefined {
  const all = [...(texts?.values() ?? [])];
  const isOpen = all.some((text) =>
    /\b(?:WebApplication|Host|WebHost)\.Create\w*Builder\(|\.AddEnvironmentVariables\(\s*\)/.test(text),
  );
  if (isOpen) return undefined;
  return all.flatMap((text) => /\.AddEnvironmentVariables\(\s*(?:prefix:\s*)?"(\w+)"/.exec(text)?.[1] ?? [])[0];
}

/** `Token: "token"`. */
function isItsName(key: string, value: string): boolean {
  return /^(?:token|key|secret|id)$/i.test(value) && key.toLowerCase().endsWith(value.toLowerCase());
}

function isPlaceholder(value: string): boolean {
  if (value.length >= longestPlaceholder) return false;
  return placeholder.test(value) || (/\byour\b/i.test(value) && value.split(/\s+/).length < fewestWordsOfText);
}

const chosenHead =
  /\bif\s*\(\s*[\w.]{1,80}(?:\[\s*"[\w:]{1,80}"\s*\])?(?:\s*==\s*|\.Equals\(\s*)"([\w-]{1,40})"[^{};\n]{0,80}\)\s*\{/g;

/** Each is looked for to its end, which may be that of the file. */
const mostChoices = 100;

/** What is read in `if (provider == "azure") { … }` is needed by whoever chooses that, unless it is chosen by itself. */
function settleChosen(sightings: Sighting[], texts: ReadonlyMap<string, string>, values: ReadonlySet<string>): void {
  for (const [path, text] of texts) {
    const own = /\bif\b/.test(text) ? sightings.filter((one) => one.path === path) : [];
    const code = own.length > 0 ? maskSlashComments(text) : "";
    for (const match of code.matchAll(chosenHead).take(mostChoices)) {
      const [head, value] = match;
      if (aboutPlatform.test(head) || values.has(value!.toLowerCase())) continue;
      if (new RegExp(`(?:[^=!]=|\\?\\?|,|\\breturn)\\s*"${value!}"`, "i").test(code)) continue;
      const start = match.index + head.length;
      quietWithin(start, closing(code, start - 1), own, /^(?:asserted|plain|checked)$/);
    }
  }
}

/** A connection is asked for by its name, whatever opens it, and so is the section of an address. */
function isSpokenOf(texts: ReadonlyMap<string, string> | null, { key, isNearby: isAddress }: Sighting): boolean {
  const connection = /^ConnectionStrings__(\w+)$/i.exec(key)?.[1];
  const name = connection ?? (isAddress ? key.split("__", 1)[0] : undefined);
  if (name === undefined || texts === null) return true;
  const word = new RegExp(`(?<!\\w)${name}(?!\\w)`, "i");
  return [...texts.values()].some((text) => {
    if (!word.test(text)) return false;
    const code = maskSlashComments(text);
    // The name of a connection is none of a section.
    return word.test(connection === undefined ? code.replaceAll(/\bGetConnectionString\([^()]*\)/g, "") : code);
  });
}

interface Leaf {
  key: string;
  value: string;
  /** Of another way to do it than the one its neighbour names. */
  isNotChosen: boolean;
}

function leaves(value: Json, path: string, isNotChosen = false): Leaf[] {
  if (isObject(value)) {
    const chosen = chosenIn(value);
    return Object.entries(value).flatMap(([name, inner]) =>
      leaves(
        inner,
        `${path}${path === "" ? "" : "__"}${name.replaceAll(":", "__")}`,
        isNotChosen || (chosen !== undefined && isObject(inner) && name.toLowerCase() !== chosen),
      ),
    );
  }
  // Of a list the first one shows what all are like.
  if (Array.isArray(value)) return value.length === 0 ? [] : leaves(value[0]!, `${path}__0`, isNotChosen);
  return /^\w+$/.test(path) ? [{ key: path, value: value === null ? "" : String(value), isNotChosen }] : [];
}

/** `"Provider": "Smtp"` beside `"Smtp": { … }` and others: the section that is meant, in lower case. */
function chosenIn(section: JsonObject): string | undefined {
  const sections = new Set(
    Object.entries(section).flatMap(([name, inner]) => (isObject(inner) ? [name.toLowerCase()] : [])),
  );
  return Object.entries(section)
    .flatMap(([name, inner]) =>
      typeof inner === "string" && /(?:Provider|Type|Mode|Kind|Driver)$/i.test(name) ? [inner.toLowerCase()] : [],
    )
    .find((name) => sections.has(name));
}

function offsetOf(project: Project, path: string, key: string): number {
  return Math.max(0, (project.tree.text(path) ?? "").indexOf(`"${key.slice(key.lastIndexOf("__") + 2)}"`));
}
