/**
 * Settings of .NET that files hold and variables replace: `ConnectionStrings:Main` is `ConnectionStrings__Main`.
 * Source: https://learn.microsoft.com/aspnet/core/fundamentals/configuration, "Environment variables".
 */
import { isObject, type Json, type Project } from "../../detect/reading.ts";
import type { Scope } from "../scope.ts";
import type { Sighting } from "../sighting.ts";

/** What stands for a value that whoever deploys it gives. Words like "password" are part of true connection strings. */
const placeholder =
  /<[\w .-]+>|^[{[].*[}\]]$|#\{.*\}|\byour\b|\byour[-_]|change[-_ ]?(?:me|this|it)|replace|placeholder|x{4,}|\*{3,}|\bTODO\b|^(?:insert|enter|add|put)\b|(?:set|stored?|provided?|override) (?:in|via|by|with)\b/i;
/** What is longer is a text: a connection string, a prompt. */
const longestPlaceholder = 300;
/** An empty text in their place means that they are missing. */
const neverEmpty = /(?:Key|Secret|Password|Token|ConnectionString|ClientId)$|(?:^|__)ConnectionStrings__/i;
/** A part that is switched off, or answered by nobody. */
const isOff = /__(?:Is)?Enabled=false$|__Provider=(?:no-?op|none|null|disabled|console|log)$/i;
const aboutTheHost = /^(?:Logging|Serilog|AllowedHosts|Kestrel|NLog|ApplicationInsights)\b/i;

/** Takes back what `sightings` say of settings that have a value, and adds those the files leave to be given. */
export function settleDotnetSettings(project: Project, scope: Scope, sightings: Sighting[]): void {
  const files = scope.others.filter(({ name }) => /(?:^|\/)appsettings(?:\.Production)?\.json$/i.test(name));
  const given = new Set<string>();
  const open = new Map<string, Sighting>();
  for (const { path } of files) {
    const settings = leaves(project.json(path) ?? {}, "");
    const off = settings.flatMap(([key, value]) =>
      isOff.test(`${key}=${value}`) ? [key.replace(/[A-Za-z]+$/, "")] : [],
    );
    for (const [key, value] of settings) {
      if (aboutTheHost.test(key) || off.some((section) => key.startsWith(section))) continue;
      const name = key.toLowerCase();
      const isOpen = value === "" ? neverEmpty.test(key) : value.length < longestPlaceholder && placeholder.test(value);
      if (!isOpen) given.add(name);
      else if (!open.has(name))
        open.set(name, { key, need: "checked", when: "run", offset: offsetOf(project, path, key), path });
    }
  }
  for (const sighting of sightings) {
    if (!sighting.isSetting || sighting.need === "tooling") continue;
    const name = sighting.key.toLowerCase();
    if (given.has(name)) sighting.need = "given";
    else if (/^(?:plain|asserted)$/.test(sighting.need)) sighting.need = "checked";
  }
  for (const [name, sighting] of open) if (!given.has(name)) sightings.push(sighting);
}

function leaves(value: Json, path: string): [key: string, value: string][] {
  if (isObject(value))
    return Object.entries(value).flatMap(([name, inner]) =>
      leaves(inner, `${path}${path === "" ? "" : "__"}${name.replaceAll(":", "__")}`),
    );
  return /^\w+$/.test(path) && !Array.isArray(value) ? [[path, value === null ? "" : String(value)]] : [];
}

function offsetOf(project: Project, path: string, key: string): number {
  return Math.max(0, (project.tree.text(path) ?? "").indexOf(`"${key.slice(key.lastIndexOf("__") + 2)}"`));
}
