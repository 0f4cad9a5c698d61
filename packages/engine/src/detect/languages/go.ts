/** Go: modules, main packages at the root or in cmd/, frameworks by direct requirement, ports by the call that listens. */
import { inside, type Project, type Reader, type Reading } from "../reading.ts";
import { usesDrivers } from "./databases.ts";
import { decide, draftOf, dropLocalDatabases, state } from "./draft.ts";
import { placeOf, search } from "./files.ts";
import {
  answers,
  deployedMain,
  goSources,
  importsOf,
  isMain,
  lastOf,
  listens,
  type Main,
  mainPackages,
  type Module,
  mostSources,
  parseGoMod,
  reachedFrom,
  runningMains,
  runsAside,
} from "./go-module.ts";
import { statePort, type Source } from "./port.ts";
import { startFromProcfile } from "./procfile.ts";
import { versionFromFiles } from "./versions.ts";

/** Module path (without `/vN`) to framework; the order is the order of trust. */
const frameworks: readonly { module: string; slug: string; port?: number }[] = [
  { module: "github.com/gin-gonic/gin", slug: "gin", port: 8080 },
  { module: "github.com/labstack/echo", slug: "echo", port: 1323 },
  { module: "github.com/gofiber/fiber", slug: "fiber", port: 3000 },
  { module: "github.com/go-chi/chi", slug: "chi", port: 3000 },
  { module: "github.com/beego/beego", slug: "beego", port: 8080 },
  { module: "github.com/astaxie/beego", slug: "beego", port: 8080 },
  { module: "github.com/kataras/iris", slug: "iris", port: 8080 },
  { module: "github.com/gobuffalo/buffalo", slug: "buffalo", port: 3000 },
  { module: "github.com/cloudwego/hertz", slug: "hertz", port: 8888 },
  { module: "github.com/go-kratos/kratos", slug: "kratos", port: 8000 },
  { module: "github.com/zeromicro/go-zero", slug: "go-zero", port: 8888 },
  { module: "github.com/gogf/gf", slug: "goframe", port: 8000 },
  { module: "github.com/revel/revel", slug: "revel", port: 9000 },
  { module: "github.com/danielgtaylor/huma", slug: "huma", port: 8888 },
  { module: "github.com/go-fuego/fuego", slug: "fuego", port: 9999 },
  { module: "github.com/pocketbase/pocketbase", slug: "pocketbase", port: 8090 },
  { module: "github.com/gorilla/mux", slug: "gorilla" },
  { module: "github.com/julienschmidt/httprouter", slug: "httprouter" },
  { module: "github.com/go-martini/martini", slug: "martini", port: 3000 },
  { module: "github.com/valyala/fasthttp", slug: "fasthttp" },
  { module: "github.com/uptrace/bunrouter", slug: "bunrouter" },
  { module: "goji.io", slug: "goji", port: 8000 },
];

/** Modules of programs run by hand in a terminal. */
const commandLineModules = [
  "github.com/spf13/cobra",
  "github.com/urfave/cli",
  "github.com/alecthomas/kong",
  "github.com/charmbracelet/bubbletea",
  "github.com/jessevdk/go-flags",
];

/** Modules of bots, which wait for messages whatever else they can be told to do. */
const botModules =
  /(?:^|\/)(?:discordgo|disgo|arikawa|telegram-bot-api|telego|gotgbot|echotron|telebot)(?:[./]v\d+)?(?:\/|$)|^github\.com\/go-telegram\/bot(?:\/|$)/;
/** Files about stores, queues and what is asked for beside pages: their ports are not the one people call. */
const ofOthers =
  /(?:^|[/_])(?:grpc|metrics|pprof|debug|redis|postgres|mysql|mongo\w*|kafka|rabbit\w*|smtp|mail\w*)(?:_\w+)?\.go$/;
const isOfOthers = ({ at }: Source): boolean => ofOthers.test(at);

/** A bot that is called over HTTP rather than asking for what is new. */
const hook = /\b(?:ListenForWebhook|NewWebhook\w*|StartWebhook|UpdatesViaWebhook|WebhookHandler)\b/;

export const go: Reader = {
  id: "go",
  read(project, directory) {
    const manifest = inside(directory, "go.mod");
    const text = project.tree.text(manifest);
    const rootFiles = project.tree.listing(directory).files.filter((name) => /(?<!_test)\.go$/.test(name));
    if (
      text === null &&
      (rootFiles.length === 0 || !rootFiles.some((name) => isMain(project.tree.text(inside(directory, name)))))
    )
      return workspace(project, directory);
    const at = text === null ? inside(directory, rootFiles[0]!) : manifest;
    const module = parseGoMod(text ?? "");
    const reading = draftOf("go", { at, rule: "go/module" });
    state(reading, "packageManager", "go", { at, rule: "go/module" });
    if (
      module.version !== undefined &&
      !versionFromFiles(project, directory, reading, { own: [".go-version"], tools: ["go", "golang"] })
    )
      state(reading, "runtimeVersion", module.version, { at: placeOf(at, text ?? "", /^go\s/m), rule: "go/directive" });
    if (text !== null) stateInstall(project, directory, reading, at);

    const sources = goSources(project, directory);
    const imported = importsOf(sources);
    usesDrivers(
      reading,
      "go",
      [...module.requires].map(([name, line]) => [name, `${at}:${line}`]),
    );
    usesDrivers(reading, "go", imported);
    dropLocalDatabases(reading, sources);

    const mains = mainPackages(project, directory, sources);
    const running = runningMains(project, mains, sources);
    const deployed = deployedMain(project, directory, running);
    const main = deployed ?? mains[0];
    // A module without any source is how themes of Hugo are fetched.
    if (!main) return decide(reading, "package", sources.length > 0 ? 0.75 : 0.2, { at, rule: "go/no-main" });
    if (running.length > 1 && !deployed) return decide(reading, "monorepo", 0.9, { at, rule: "go/programs" });
    return readMain({ project, directory, reading, module, main, sources, imported, at });
  },
};

interface Case {
  project: Project;
  directory: string;
  reading: Reading;
  module: Module;
  main: Main;
  sources: Source[];
  imported: Map<string, string>;
  at: string;
}

function readMain({ project, directory, reading, module, main, sources, imported, at }: Case): Reading {
  const target = main.path === "." ? "." : `./${main.path}`;
  // Given a directory's name, `go build` would put the program inside that directory.
  const output = project.tree.hasDirectory(inside(directory, "app")) ? "bin/app" : "app";
  state(reading, "buildCommand", `go build -o ${output} ${target}`, { at: main.at, rule: "go/main" });
  state(reading, "startCommand", `./${output}`, { at: main.at, rule: "go/main" });
  const used = (name: string) => imported.keys().some((path) => path === name || path.startsWith(`${name}/`));
  // Where not all sources were looked at, one of the others imports what is required.
  const areAllKnown = sources.length > 0 && sources.length < mostSources;
  const row =
    frameworks.find(({ module: name }) => module.requires.has(name) && used(name)) ??
    (areAllKnown ? undefined : frameworks.find(({ module: name }) => module.requires.has(name))) ??
    (module.requires.size === 0 ? frameworks.find(({ module: name }) => used(name)) : undefined);
  if (row)
    state(reading, "framework", row.slug, {
      at: module.requires.has(row.module) ? `${at}:${module.requires.get(row.module)}` : at,
      rule: `framework/${row.slug}`,
    });

  const own = sources.filter(
    (source) =>
      source.at.slice(0, Math.max(source.at.lastIndexOf("/"), 0)) ===
      main.at.slice(0, Math.max(main.at.lastIndexOf("/"), 0)),
  );
  const rest = sources.filter((source) => !own.includes(source) && !isMain(source.text));
  const listener = [...own, ...rest].find(
    (source) =>
      listens.test(source.text) &&
      (row !== undefined || /\bListenAndServe|http\.Serve|net\.Listen|grpc\.NewServer/.test(source.text)),
  );
  const process = procfileStart(project, directory, reading);
  const isBot = imported.keys().some((path) => botModules.test(path));
  // What a bot answers over HTTP is that it is alive, or what it has seen.
  const isAwake = isBot && row === undefined && process === null && !sources.some(({ text }) => hook.test(text));
  const isServer =
    process !== "worker" && (row !== undefined || (listener !== undefined && !isAwake) || process === "web");
  if (isServer) {
    statePort(project, directory, reading, {
      sources: [
        ...own,
        ...rest.toSorted((a, b) => Number(isOfOthers(a)) - Number(isOfOthers(b))),
        ...settings(project, directory),
      ],
      patterns: portPatterns,
      fallback: { port: row?.port ?? 8080, rule: row ? `framework/${row.slug}` : "go/convention", at: main.at },
    });
    const isTool =
      row === undefined && process === null && commandLineModules.some((name) => module.requires.has(name));
    return decide(reading, "server", isTool ? 0.6 : project.tree.has(inside(directory, "go.mod")) ? 0.95 : 0.8, {
      at: listener?.at ?? main.at,
      rule: "go/listens",
    });
  }
  if (process === "worker") return decide(reading, "worker", 0.85, { at: main.at, rule: "go/procfile" });
  const isTool =
    !isBot &&
    (commandLineModules.some((name) => module.requires.has(name)) ||
      own.some(({ text }) => /\bflag\.(Parse|NewFlagSet)\(|\bos\.Args\b/.test(text)));
  return decide(reading, isTool ? "package" : "worker", isTool ? 0.6 : 0.65, {
    at: main.at,
    rule: isTool ? "go/command-line" : "go/main",
  });
}

/** Modules that lie in the repository are built as they are there. */
function stateInstall(project: Project, directory: string, reading: Reading, at: string): void {
  if (project.tree.has(inside(directory, "vendor/modules.txt"))) return;
  state(reading, "installCommand", "go mod download", { at, rule: "go/module" });
}

/** The programs of a module that holds several, each as it is built and started in its own directory. */
export function goPrograms(project: Project, directory: string): { path: string; reading: Reading }[] {
  const at = inside(directory, "go.mod");
  const text = project.tree.text(at);
  if (text === null) return [];
  const sources = goSources(project, directory);
  const mains = mainPackages(project, directory, sources);
  const running = runningMains(project, mains, sources);
  if (running.length < 2 || deployedMain(project, directory, running)) return [];
  const module = parseGoMod(text);
  return running.map((main) => {
    const reading = draftOf("go", { at: main.at, rule: "go/programs" });
    state(reading, "packageManager", "go", { at, rule: "go/module" });
    state(reading, "runtimeVersion", module.version, { at, rule: "go/directive" });
    stateInstall(project, directory, reading, at);
    const used = reachedFrom(main, module, directory, sources);
    const imported = importsOf(used);
    usesDrivers(reading, "go", imported);
    dropLocalDatabases(reading, used);
    readMain({ project, directory, reading, module, main, sources: used, imported, at });
    state(reading, "buildCommand", "go build -o app .", { at: main.at, rule: "go/programs" });
    state(reading, "startCommand", "./app", { at: main.at, rule: "go/programs" });
    if (runsAside.test(lastOf(main.path)) && !answers.test(lastOf(main.path))) {
      delete reading.port;
      delete reading.framework;
      decide(reading, "worker", 0.85, { at: main.at, rule: "go/works-aside" });
    } else if (reading.kind !== "server") decide(reading, "server", 0.85, { at: main.at, rule: "go/named-server" });
    return { path: inside(directory, main.path), reading };
  });
}

/** Heroku puts programs in bin/, named after their package; our build puts ours elsewhere. */
function procfileStart(project: Project, directory: string, reading: Reading): "web" | "worker" | null {
  const before = reading.startCommand;
  const process = startFromProcfile(project, directory, reading);
  const named =
    process === null ? null : /^(?:\.\/)?bin\/[\w.-]+((?:\s.*)?)$|^([\w.-]+)$/.exec(reading.startCommand ?? "");
  if (named && before !== undefined)
    state(reading, "startCommand", `${before}${named[1] ?? ""}`, {
      at: inside(directory, "Procfile"),
      rule: "go/built-here",
    });
  return process;
}

/** Files of settings where a port may stand. */
function settings(project: Project, directory: string): Source[] {
  return search(project.tree, directory, {
    depth: 2,
    limit: 12,
    matches: (name) =>
      /^(config|conf|app|application|settings|default|local)([._-]\w+)?\.(ya?ml|toml|json|ini|env)$|^\.env$|^app\.env$/.test(
        name,
      ),
  }).flatMap((path) => {
    const text = project.tree.text(path);
    return text === null ? [] : [{ at: path, text }];
  });
}

const portPatterns: readonly RegExp[] = [
  /`[^`]*long:"(?:listen|port|http-port)"[^`]*default:":?(\d{2,5})"/,
  /\b[Pp]ort\s*(?::=|=)\s*":?(\d{2,5})"/,
  /["(](?:HTTP_|SERVER_|APP_|API_)?PORT"?\s*,\s*"?:?(\d{2,5})\b/,
  /"(?:server\.|http\.|app\.)?port"\s*,\s*"?:?(\d{2,5})/i,
  // Go's profiler and what proves a domain to be one's own listen beside the program.
  /\b(?:ListenAndServe(?:TLS)?|Run|RunTLS|Listen|Start)\(\s*(?:ctx,\s*)?"(?!(?:localhost|127\.0\.0\.1):6060"|:80",\s*\w+\.HTTPHandler\()[^"\s]*:(\d{2,5})"/,
  /\bListen\(\s*"tcp[46]?"\s*,\s*"[^"]*:(\d{2,5})"/,
  /\bAddr(?:ess)?\s*:\s*"[^"]*:(\d{2,5})"/,
  /\b\w*Port\w*\(\s*":?(\d{2,5})"\s*\)/,
  /`[^`]*env:"(?!\w*(?:DB|DATABASE|POSTGRES|PG|SQL|MONGO|REDIS|MAIL|SMTP|METRICS|PROMETHEUS|DEBUG|PPROF|GRPC|ADMIN)_)(?:\w+_)?PORT"[^`]*(?:envDefault|env-default|default):":?(\d{2,5})"/,
  /`[^`]*(?:envDefault|env-default|default):"(\d{2,5})"[^`]*env(?:config)?:"(?:HTTP_|SERVER_|APP_)?PORT"/,
  /(?<!\bUDPAddr\{[^}]{0,80})\bPort:\s*(\d{2,5}),/,
  /\b(?:Host|Addr(?:ess)?|Listen\w*|Bind\w*)\s+string\s+`[^`]*(?:default|envDefault|env-default):"[^"]*:(\d{2,5})"/,
  /flag\.(?:String|Int)(?:Var)?\([^)]*"(?:port|p|a|addr|address|listen|http)[^"]*"\s*,\s*"?[^",)]*?:?(\d{2,5})"?\s*,/,
  /\b(?:default)?(?:addr|address|port|listenAddr)\w*\s*(?::=|=)\s*(?:flag\.\w+\([^,]+,\s*)?"?[\w.]*:?(\d{4,5})"?/i,
  /(?:^|\n)[ \t]*(?:http_?)?(?:port|HTTP_PORT|APP_PORT|SERVER_PORT|HttpPort|PORT)\s*[:=]\s*["']?:?(\d{2,5})/,
];

/** A go.work whose modules lie below: its one program, when it has no more. */
function workspace(project: Project, directory: string): Reading | null {
  const at = inside(directory, "go.work");
  const text = project.tree.text(at);
  if (text === null) return null;
  const used = text.replace(/\/\/.*$/gm, "").match(/(?:^|[\s(])\.\/?[\w./-]*/g) ?? [];
  const members = used
    .map((word) =>
      word
        .trim()
        .replace(/^[(\s]+/, "")
        .replace(/^\.\//, ""),
    )
    .filter((member) => member !== "" && project.tree.has(inside(directory, `${member}/go.mod`)));
  const readings = members.map((member) => ({ member, reading: go.read(project, inside(directory, member)) }));
  const programs = readings.filter(({ reading }) => reading !== null && reading.kind !== "package");
  const [only] = programs.sort((a, b) => Number(b.reading?.kind === "server") - Number(a.reading?.kind === "server"));
  if (!only?.reading) return null;
  const { member, reading } = only;
  if (reading.buildCommand !== undefined)
    reading.buildCommand = reading.buildCommand.replace(/ \.(\/|$)/, ` ./${member}$1`);
  if (reading.runtimeVersion === undefined)
    state(reading, "runtimeVersion", /^go\s+(\S+)/m.exec(text)?.[1], { at, rule: "go/work" });
  return reading;
}
