/** Django: by manage.py and the settings it names. */
import { inside, type Project, type Reading } from "../reading.ts";
import { buildAssets } from "./assets.ts";
import { databaseNamed, databasesInAddresses } from "./databases.ts";
import { decide, dropLocalDatabases, state, uses } from "./draft.ts";
import { placeOf, relativeTo, search } from "./files.ts";
import type { Source } from "./port.ts";
import { startFromProcfile } from "./procfile.ts";
import { type PythonProject, pythonFiles } from "./python-project.ts";

export interface Manage {
  at: string;
  /** Directory it lies in, relative to the project's. */
  from: string;
  /** `mysite.settings` */
  settings?: string;
}

/** The project's manage.py; where Django is required, also one a directory or two below. */
export function djangoManage(project: Project, directory: string, isRequired: boolean): Manage | null {
  const below = isRequired
    ? search(project.tree, directory, { depth: 2, limit: 3, matches: (name) => name === "manage.py" })
    : [];
  for (const at of new Set([inside(directory, "manage.py"), ...below])) {
    const text = project.tree.text(at);
    if (text === null || !/DJANGO_SETTINGS_MODULE|django\.core\.management/.test(text)) continue;
    const settings = /DJANGO_SETTINGS_MODULE["']\s*,\s*["']([\w.]+)["']/.exec(text)?.[1];
    const from = relativeTo(directory, at).replace(/\/?manage\.py$/, "") || ".";
    return settings === undefined ? { at, from } : { at, from, settings };
  }
  return null;
}

interface Case {
  project: Project;
  directory: string;
  reading: Reading;
  found: PythonProject;
  manage: Manage;
}

/** What a Django project is: its databases from the settings, its server from the requirements. */
export function readDjango({ project, directory, reading, found, manage }: Case): Reading {
  const { tree } = project;
  const base = manage.from === "." ? directory : inside(directory, manage.from);
  const prefix = manage.from === "." ? "" : `cd ${manage.from} && `;
  state(reading, "framework", "django", { at: manage.at, rule: "framework/django", confidence: 0.98 });
  const sources = settingsSources(project, base, manage.settings).map(({ at, text }) => ({
    at,
    text: withoutOtherChoices(text, reading.database),
  }));
  for (const { at, text } of sources) {
    for (const [, engine] of text.matchAll(/["']ENGINE["']\s*:\s*["']([\w.]+)["']/g)) {
      const database =
        databaseNamed(engine!.slice(engine!.lastIndexOf(".") + 1)) ??
        // One of the project's own, made from Django's.
        databaseNamed(/sqlite|postgres|mysql/.exec(engine!)?.[0] ?? "") ??
        (/gis\.db\.backends\.postgis/.test(engine!) ? "postgres" : undefined);
      if (database) uses(reading, database, { at: placeOf(at, text, engine!), rule: "django/engine" });
    }
    for (const database of databasesInAddresses(text))
      uses(reading, database, { at, rule: "django/address", confidence: 0.7 });
  }
  const whole = sources.map((source) => source.text).join("\n");
  dropUnusedDrivers(reading, whole);
  dropLocalDatabases(reading);
  const main = manage.settings?.split(".")[0] ?? "";
  const wsgi = /^[ \t]*WSGI_APPLICATION\s*=\s*["']([\w.]+)\.(\w+)["']/m.exec(whole);
  const asgi = /^[ \t]*ASGI_APPLICATION\s*=\s*["']([\w.]+)\.(\w+)["']/m.exec(whole);
  const wsgiModule = wsgi?.[1] ?? `${main}.wsgi`;
  const asgiModule = asgi?.[1] ?? `${main}.asgi`;
  const has = (name: string) => found.dependencies.has(name);
  const hasWsgi = wsgi !== null || tree.has(inside(base, `${wsgiModule.replaceAll(".", "/")}.py`));
  const start =
    has("daphne") && asgi
      ? `daphne -b 0.0.0.0 -p $PORT ${asgiModule}:${asgi[2]}`
      : has("gunicorn") && hasWsgi
        ? `gunicorn ${wsgiModule}:${wsgi?.[2] ?? "application"} --bind 0.0.0.0:$PORT`
        : has("uvicorn")
          ? `uvicorn ${asgiModule}:application --host 0.0.0.0 --port $PORT`
          : has("waitress")
            ? `waitress-serve --host 0.0.0.0 --port $PORT ${wsgiModule}:application`
            : has("uwsgi")
              ? `uwsgi --http 0.0.0.0:$PORT ${tree.has(inside(base, "uwsgi.ini")) ? "--ini uwsgi.ini" : `--module ${wsgiModule}:application`}`
              : "python manage.py runserver 0.0.0.0:$PORT";
  state(reading, "startCommand", prefix + start, { at: manage.at, rule: "django/server", confidence: 0.85 });
  if (/^[ \t]*STATIC_ROOT\s*=/m.test(whole))
    state(reading, "buildCommand", `${prefix}python manage.py collectstatic --noinput`, {
      at: manage.at,
      rule: "django/static-root",
      confidence: 0.8,
    });
  buildAssets(project, directory, reading, "django/assets");
  startFromProcfile(project, directory, reading);
  state(reading, "port", 8000, { at: manage.at, rule: "framework/django", confidence: 0.85 });
  return decide(reading, "server", 0.95, { at: manage.at, rule: "framework/django" });
}

/**
 * Settings without the blocks for a database that is neither the one a variable falls back on nor one whose driver is installed:
 * `if getenv("DB", "sqlite") == "mysql":`, or the same by way of a name.
 */
function withoutOtherChoices(text: string, drivers: readonly string[]): string {
  const read = /\b(?:getenv|environ\.get|env|config)\(\s*["']\w+["']\s*,\s*(?:default\s*=\s*)?["'](\w+)["']\s*\)/;
  const named = new Map(
    [...text.matchAll(new RegExp(`^(\\w+)\\s*=\\s*(?:\\w+\\.)?${read.source}`, "gm"))].map(([, name, value]) => [
      name,
      value,
    ]),
  );
  return text.replace(
    /^([ \t]*)(?:el)?if\b([^\n]*)==\s*["'](\w+)["'][^\n]*\n(?:\1[ \t]+[^\n]*\n|[ \t]*\n)*/gm,
    (block, _indent: string, asked: string, value: string) => {
      const fallback = read.exec(asked)?.[1] ?? named.get(asked.trim());
      const isKept = fallback === undefined || fallback === value || drivers.includes(databaseNamed(value) ?? "");
      return isKept ? block : "\n";
    },
  );
}

/** Settings that name one file database, and nothing from outside, leave a server's driver without a use. */
function dropUnusedDrivers(reading: Reading, settings: string): void {
  const engines = new Set(
    [...settings.matchAll(/["']ENGINE["']\s*:\s*["'][\w.]*\.(\w+)["']/g)].map(([, engine]) => engine),
  );
  const isChosenOutside =
    /dj_database_url|DATABASE_URL|\benv\.db|django_environ|\bimport environ\b|local_settings/.test(settings);
  if (engines.size === 1 && engines.has("sqlite3") && !isChosenOutside)
    reading.database = reading.database.filter((name) => name !== "postgres" && name !== "mysql");
}

/** The settings module, the package of settings it may be, and what they are made from. */
function settingsSources(project: Project, directory: string, settings: string | undefined): Source[] {
  const paths = new Set<string>();
  const parts = settings?.split(".") ?? [];
  if (settings !== undefined) {
    const path = inside(directory, parts.join("/"));
    paths.add(`${path}.py`);
    // One of several settings modules, such as config.settings.local: its siblings count, production's first.
    const folder = project.tree.hasDirectory(path)
      ? path
      : parts.length > 2
        ? path.slice(0, path.lastIndexOf("/"))
        : undefined;
    if (folder !== undefined) {
      const siblings = project.tree
        .listing(folder)
        .files.filter((name) => name.endsWith(".py") && !/test|ci/.test(name));
      siblings.sort((a, b) => Number(/prod/.test(b)) - Number(/prod/.test(a)));
      for (const name of siblings) paths.add(inside(folder, name));
    }
  } else {
    for (const path of pythonFiles(project, directory, 80)) if (/settings/.test(path)) paths.add(path);
  }
  return [...paths].flatMap((path) => {
    const text = project.tree.text(path);
    return text === null ? [] : [{ at: path, text: text.replace(/^[ \t]*#.*$/gm, "") }];
  });
}
