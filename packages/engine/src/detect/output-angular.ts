/** The application of an Angular workspace: where it is built, and whether a server of its own answers. */
import { type Built, clean } from "./building.ts";
import { stringAt, valueAt } from "./config.ts";
import { sourceAt } from "./entry.ts";
import { portIn } from "./javascript-port.ts";
import { placeOf } from "./languages/files.ts";
import type { Manifest } from "./manifest.ts";
import { inside, isObject, type Json, type JsonObject, type Project } from "./reading.ts";

/** A project of an Angular workspace that is built to be served. */
function isApplication(value: Json | undefined): boolean {
  return (
    stringAt(value, "projectType") === "application" ||
    (stringAt(value, "projectType") === undefined &&
      isObject(valueAt(value, "architect", "build") ?? valueAt(value, "targets", "build") ?? null))
  );
}

/** What the server that Angular lays out, which the project may have changed, listens on. */
function portOfServer(project: Project, manifest: Manifest): number | undefined {
  const server = ["src/server.ts", "server.ts"].flatMap(
    (name) => sourceAt(project, inside(manifest.directory, name)) ?? [],
  );
  return portIn(project, server)?.port;
}

/** The application of an Angular workspace. */
export function angularBuild(project: Project, manifest: Manifest): Built | null {
  const at = ["angular.json", ".angular.json", "project.json", "angular-cli.json", ".angular-cli.json"]
    .map((name) => inside(manifest.directory, name))
    .find((path) => project.tree.has(path));
  const json = at ? project.json(at) : null;
  if (!json || !at) return null;
  if (Array.isArray(json["apps"]))
    return {
      kind: "static",
      output: clean(stringAt(json["apps"][0], "outDir") ?? "dist"),
      at,
      rule: "angular/apps",
      confidence: 0.9,
    };
  const projects = isObject(json["projects"] ?? null)
    ? (json["projects"] as JsonObject)
    : { [stringAt(json, "name") ?? "app"]: json };
  const names = Object.keys(projects);
  const applications = names.filter((name) => isApplication(projects[name]) && !name.endsWith("e2e"));
  const name =
    [stringAt(json, "defaultProject"), manifest.name].find(
      (candidate) => candidate !== undefined && applications.includes(candidate),
    ) ?? applications[0];
  if (name === undefined) return { kind: "static", at, rule: "angular/library", confidence: 0.8, isLibrary: true };
  const target = valueAt(projects[name], "architect", "build") ?? valueAt(projects[name], "targets", "build");
  const options = valueAt(target, "options");
  const builder = stringAt(target, "builder") ?? stringAt(target, "executor") ?? "";
  const path = valueAt(options, "outputPath");
  const base = typeof path === "string" ? path : (stringAt(path, "base") ?? `dist/${name}`);
  const browser = isObject(path ?? null) ? (valueAt(path, "browser") as string | undefined) : undefined;
  const production = valueAt(target, "configurations", "production");
  const ssr = valueAt(options, "ssr") ?? valueAt(production, "ssr");
  const mode = stringAt(options, "outputMode") ?? stringAt(production, "outputMode");
  const isApplicationBuilder = builder.endsWith(":application");
  const whole = clean(base);
  const legacyServer = valueAt(projects[name], "architect", "server") !== undefined;
  if ((isApplicationBuilder && ssr !== undefined && ssr !== false && mode !== "static") || legacyServer) {
    const script = Object.keys(manifest.scripts).find((candidate) => candidate.startsWith("serve:ssr"));
    const main = legacyServer
      ? `${clean(stringAt(valueAt(projects[name], "architect", "server"), "options", "outputPath") ?? whole)}/main.js`
      : `${whole}/server/server.mjs`;
    return {
      kind: "server",
      output: legacyServer ? whole : whole,
      start: script === undefined ? `node ${main}` : `script:${script}`,
      port: portOfServer(project, manifest) ?? 4000,
      at: placeOf(at, project.tree.text(at) ?? "", /"ssr"|"server"/),
      rule: "angular/ssr",
      confidence: 0.93,
    };
  }
  const output = isApplicationBuilder && browser !== "" ? clean(`${whole}/${browser ?? "browser"}`) : whole;
  return {
    kind: "static",
    output,
    at: placeOf(at, project.tree.text(at) ?? "", /"outputPath"/),
    rule: isApplicationBuilder ? "angular/application" : "angular/browser",
    confidence: 0.95,
  };
}
