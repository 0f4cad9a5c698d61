/** Ruby: Rails, Sinatra and other rack programs, workers, gems. The Gemfile is read by its lines. */
import { inside, isObject, type Project, type Reader, type Reading } from "../reading.ts";
import { databaseNamed, usesDrivers } from "./databases.ts";
import { decide, draftOf, dropLocalDatabases, state, uses } from "./draft.ts";
import { placeOf, search } from "./files.ts";
import { statePort, type Source } from "./port.ts";
import { startFromProcfile } from "./procfile.ts";
import { versionFromFiles } from "./versions.ts";

const rackup = "bundle exec rackup config.ru -o 0.0.0.0 -p $PORT";

/** Gem to framework; the order is the order of trust. `port` is where the start command listens by itself. */
const frameworks: readonly { gem: string; slug: string; start: string; port: number }[] = [
  { gem: "hanami", slug: "hanami", start: "bundle exec hanami server --host 0.0.0.0 --port $PORT", port: 2300 },
  { gem: "padrino", slug: "padrino", start: "bundle exec padrino start -h 0.0.0.0 -p $PORT", port: 3000 },
  { gem: "roda", slug: "roda", start: rackup, port: 9292 },
  { gem: "grape", slug: "grape", start: rackup, port: 9292 },
  { gem: "cuba", slug: "cuba", start: rackup, port: 9292 },
  { gem: "sinatra", slug: "sinatra", start: rackup, port: 4567 },
  { gem: "rack", slug: "rack", start: rackup, port: 9292 },
];

/** Generators of static sites that bring their own command. */
const generators: readonly { gem: string; slug: string; build: string; output: string }[] = [
  { gem: "jekyll", slug: "jekyll", build: "bundle exec jekyll build", output: "_site" },
  { gem: "github-pages", slug: "jekyll", build: "bundle exec jekyll build", output: "_site" },
  { gem: "bridgetown", slug: "bridgetown", build: "bundle exec bridgetown build", output: "output" },
  { gem: "middleman", slug: "middleman", build: "bundle exec middleman build", output: "build" },
  { gem: "nanoc", slug: "nanoc", build: "bundle exec nanoc compile", output: "output" },
];

export const ruby: Reader = {
  id: "ruby",
  read(project, directory) {
    const { tree } = project;
    const names = tree.listing(directory).files;
    const gemfile = ["Gemfile", "gems.rb"].map((name) => inside(directory, name)).find((path) => tree.has(path));
    const gemspec = names.find((name) => name.endsWith(".gemspec"));
    const scripts = names.filter((name) => name.endsWith(".rb"));
    const rackFile = names.includes("config.ru") ? inside(directory, "config.ru") : undefined;
    const at =
      gemfile ??
      rackFile ??
      (gemspec === undefined ? undefined : inside(directory, gemspec)) ??
      (scripts[0] === undefined ? undefined : inside(directory, scripts[0]));
    if (at === undefined) return null;

    const reading = draftOf("ruby", { at, rule: "ruby/manifest" });
    const text = gemfile === undefined ? "" : (tree.text(gemfile) ?? "");
    const gems = gemsOf(text, gemfile ?? at);
    stateVersion(project, directory, reading, text);
    if (gemfile !== undefined) {
      state(reading, "packageManager", "bundler", { at: gemfile, rule: "ruby/gemfile" });
      state(reading, "installCommand", "bundle install", { at: gemfile, rule: "ruby/gemfile" });
    }
    usesDrivers(reading, "ruby", gems);
    // Other programs have a file of that name too.
    const application = tree.text(inside(directory, "config/application.rb"));
    if (application !== null && (gems.size === 0 || gems.has("rails") || application.includes("Rails")))
      return readRails(project, { directory, reading, gems });
    return readOther(project, { directory, reading, gems, at, gemspec, rackFile, scripts });
  },
};

/** Gems of a Gemfile to their places; those of development and test groups are left out. */
export function gemsOf(text: string, path: string): Map<string, string> {
  const gems = new Map<string, string>();
  const blocks: boolean[] = [];
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.replace(/(^|\s)#.*$/, "").trim();
    const opens = /\bdo\s*(\|[^|]*\|)?$/.test(line);
    if (opens)
      blocks.push(
        /^group\b.*:(?:development|test|ci|local|lint|docs?|debug|tools?)\b/.test(line) &&
          !/:production|:default/.test(line),
      );
    else if (/^(if|unless|case|begin)\b/.test(line)) blocks.push(false);
    else if (line === "end") blocks.pop();
    const name = /^gem\s*(?:\(\s*)?["']([\w.-]+)["']/.exec(line)?.[1];
    const isLocal = blocks.includes(true) || /\bgroups?:\s*(\[\s*)?:(development|test)\b(?!.*:production)/.test(line);
    if (name !== undefined && !isLocal && !gems.has(name)) gems.set(name, `${path}:${index + 1}`);
  }
  return gems;
}

function stateVersion(project: Project, directory: string, reading: Reading, gemfile: string): void {
  if (versionFromFiles(project, directory, reading, { own: [".ruby-version"], tools: ["ruby"] })) return;
  const gemfilePath = inside(directory, "Gemfile");
  const lockPath = inside(directory, "Gemfile.lock");
  const locked = /RUBY VERSION\s+ruby (\d[\d.]*\d)/.exec(project.tree.text(lockPath) ?? "")?.[1];
  const written = /^[ \t]*ruby\s*(?:\(\s*)?["']([^"']+)["']/m.exec(gemfile)?.[1];
  if (written !== undefined && (/^\d/.test(written) || locked === undefined))
    return state(reading, "runtimeVersion", written, {
      at: placeOf(gemfilePath, gemfile, /^[ \t]*ruby\b/m),
      rule: "ruby/gemfile",
    });
  state(reading, "runtimeVersion", locked, { at: lockPath, rule: "ruby/lockfile", confidence: 0.85 });
}

interface Case {
  directory: string;
  reading: Reading;
  gems: Map<string, string>;
}

function readRails(project: Project, { directory, reading, gems }: Case): Reading {
  const { tree } = project;
  const at = inside(directory, "config/application.rb");
  state(reading, "framework", "rails", { at, rule: "framework/rails", confidence: 0.98 });
  const settings = inside(directory, "config/database.yml");
  const text = tree.text(settings) ?? "";
  const adapters = [
    ...text
      .replace(/^[ \t]*#.*$/gm, "")
      .matchAll(/^[ \t]*adapter:\s*["']?(?:<%=.*?["'](\w+)["']\s*(?:\)\s*)?%>|(\w+))/gm),
  ].flatMap(([, ofVariable, written]) => databaseNamed(ofVariable ?? written ?? "") ?? []);
  // Some keep settings for several; the driver that is installed says which it is.
  const installed = adapters.filter((name) => reading.database.includes(name));
  for (const name of installed.length > 0 ? installed : adapters)
    uses(reading, name, { at: placeOf(settings, text, "adapter:"), rule: "rails/adapter" });
  dropLocalDatabases(reading);
  const application = tree.text(at) ?? "";
  const hasPipeline =
    [
      "sprockets-rails",
      "sprockets",
      "propshaft",
      "webpacker",
      "shakapacker",
      "vite_rails",
      "sass-rails",
      "sassc-rails",
      "jsbundling-rails",
      "cssbundling-rails",
      "importmap-rails",
    ].some((gem) => gems.has(gem)) || tree.has(inside(directory, "app/assets/config/manifest.js"));
  const isApi = /^[ \t]*config\.api_only\s*=\s*true/m.test(application);
  if (hasPipeline && !(isApi && !gems.has("sprockets-rails") && !gems.has("propshaft")))
    state(reading, "buildCommand", "bundle exec rails assets:precompile", { at, rule: "rails/assets" });
  state(reading, "startCommand", "bundle exec rails server -b 0.0.0.0 -p $PORT", {
    at,
    rule: "framework/rails",
    confidence: 0.85,
  });
  startFromProcfile(project, directory, reading);
  const puma = inside(directory, "config/puma.rb");
  const pumaText = tree.text(puma);
  statePort(project, directory, reading, {
    sources: pumaText === null ? [] : [{ at: puma, text: pumaText }],
    patterns: portPatterns,
    fallback: { port: 3000, rule: "framework/rails", at },
    containerLast: true,
  });
  return decide(reading, "server", 0.95, { at, rule: "framework/rails" });
}

/** It is loaded by name, or Bundler loads all and a class is made from it. */
function isMadeWith(gem: string): RegExp {
  const name = gem[0]!.toUpperCase() + gem.slice(1);
  return new RegExp(
    `^\\s*(?:require\\s+["']${gem}(?:/base)?["']|class\\s+[\\w:]+\\s*<\\s*(?:::)?${name}(?:::(?:Base|Application|API|App))?\\s*$)`,
    "m",
  );
}

interface Program extends Case {
  at: string;
  gemspec: string | undefined;
  rackFile: string | undefined;
  scripts: string[];
}

function readOther(project: Project, program: Program): Reading | null {
  const { directory, reading, gems, at, gemspec, rackFile, scripts } = program;
  const generator = generators.find((row) => gems.has(row.gem)) ?? undefined;
  // A theme is a gem with a site's layout: it is built like one.
  if (generator && !rackFile) return readSite(project, program, generator);
  const process = startFromProcfile(project, directory, reading);
  const sources = rubySources(project, directory);
  const row =
    frameworks.find((candidate) => gems.has(candidate.gem)) ??
    frameworks.find((candidate) => sources.some(({ text }) => isMadeWith(candidate.gem).test(text)));
  const isGem = gemspec !== undefined && process === null && rackFile === undefined;
  if (isGem) return decide(reading, "package", 0.85, { at: inside(directory, gemspec), rule: "ruby/gemspec" });
  if (row && (row.slug !== "rack" || rackFile)) {
    state(reading, "framework", row.slug, { at: gems.get(row.gem) ?? at, rule: `framework/${row.slug}` });
    const main = sources.find(({ text }) => new RegExp(`require\\s+["']${row.gem}`).test(text)) ?? sources[0];
    const file = main?.at.slice(directory === "." ? 0 : directory.length + 1);
    if (process === null) {
      const start =
        rackFile !== undefined || file === undefined || row.slug !== "sinatra"
          ? row.start
          : `bundle exec ruby ${file} -o 0.0.0.0 -p $PORT`;
      state(reading, "startCommand", withBundler(reading, start), {
        at: rackFile ?? main?.at ?? at,
        rule: `framework/${row.slug}`,
        confidence: 0.85,
      });
    }
    // Sinatra's own server and rackup's have different defaults.
    const start = reading.startCommand ?? "";
    const port =
      row.slug === "sinatra" &&
      !/\bruby \S+\.rb\b/.test(start) &&
      (rackFile !== undefined || /\b(rackup|puma|thin|unicorn|falcon)\b/.test(start))
        ? 9292
        : row.port;
    statePort(project, directory, reading, {
      sources,
      patterns: portPatterns,
      fallback: { port, rule: `framework/${row.slug}`, at },
      containerLast: true,
    });
    return decide(reading, "server", rackFile || main ? 0.92 : 0.6, {
      at: rackFile ?? main?.at ?? at,
      rule: `framework/${row.slug}`,
    });
  }
  const listener = sources.find(({ text }) => /\b(TCPServer|WEBrick|Rack::Handler|Rackup)\b/.test(text));
  if (process === "web" || rackFile !== undefined || listener) {
    if (process === null)
      state(
        reading,
        "startCommand",
        rackFile === undefined
          ? `ruby ${listener!.at.slice(directory === "." ? 0 : directory.length + 1)}`
          : withBundler(reading, rackup),
        { at: rackFile ?? listener!.at, rule: "ruby/listens" },
      );
    statePort(project, directory, reading, {
      sources,
      patterns: portPatterns,
      fallback: { port: rackFile === undefined ? 8080 : 9292, rule: "ruby/listens", at },
    });
    return decide(reading, "server", 0.75, { at: rackFile ?? listener?.at ?? at, rule: "ruby/listens" });
  }
  if (process === "worker") return decide(reading, "worker", 0.85, { at, rule: "ruby/procfile" });
  const main =
    ["main.rb", "app.rb", "bot.rb", "worker.rb", "run.rb", "server.rb"].find((name) => scripts.includes(name)) ??
    (scripts.length === 1 ? scripts[0] : undefined);
  if (main === undefined) return decide(reading, "package", 0.15, { at, rule: "ruby/manifest-without-entry" });
  state(reading, "startCommand", `${gems.size > 0 ? "bundle exec " : ""}ruby ${main}`, {
    at: inside(directory, main),
    rule: "ruby/program",
  });
  return decide(reading, "worker", reading.packageManager === undefined ? 0.35 : 0.65, {
    at: inside(directory, main),
    rule: "ruby/program",
  });
}

/** Without a Gemfile there is nothing to bundle. */
function withBundler({ packageManager }: Reading, command: string): string {
  return packageManager === undefined ? command.replace("bundle exec ", "") : command;
}

function readSite(
  project: Project,
  { directory, reading, gems, gemspec }: Program,
  generator: (typeof generators)[number],
): Reading {
  const proof = { at: gems.get(generator.gem)!, rule: `framework/${generator.slug}` };
  state(reading, "framework", generator.slug, proof);
  state(reading, "buildCommand", generator.build, proof);
  const config = inside(directory, "_config.yml");
  const [document] = project.tree.has(config) ? (project.yaml(config) ?? []) : [];
  const destination =
    isObject(document) && typeof document["destination"] === "string"
      ? document["destination"].replace(/^\.\//, "")
      : undefined;
  state(
    reading,
    "outputDir",
    destination ?? generator.output,
    destination === undefined ? proof : { ...proof, at: config },
  );
  return decide(reading, "static", gemspec === undefined ? 0.93 : 0.8, proof);
}

const order = (path: string): number => (/(^|\/)(app|server|main|config|web|application)\.(rb|ru)$/.test(path) ? 0 : 1);

function rubySources(project: Project, directory: string): Source[] {
  return search(project.tree, directory, {
    depth: 2,
    limit: 40,
    matches: (name) => name.endsWith(".rb") || name === "config.ru" || name === "puma.rb",
  })
    .sort((a, b) => a.split("/").length - b.split("/").length || order(a) - order(b))
    .flatMap((path) => {
      const text = project.tree.text(path);
      // Generators leave ports in comments, line for line.
      return text === null ? [] : [{ at: path, text: text.replaceAll(/^[ \t]*#.*$/gm, "") }];
    });
}

const portPatterns: readonly RegExp[] = [
  /^[ \t]*port\s*(?:\(\s*)?ENV(?:\.fetch[( ]|\[)\s*["'](?:[A-Z]+_)?PORT["']\s*(?:\]\s*)?(?:,|\|\||\)\s*\{|\{)\s*["']?(\d{2,5})/m,
  /ENV(?:\.fetch\(|\[)\s*["']PORT["']\s*(?:\]\s*)?(?:,|\|\||\)\s*\{|\{)\s*["']?(\d{2,5})/,
  /^[ \t]*port\s*(?:\(\s*)?["']?(\d{2,5})/m,
  /set\s+:port\s*,\s*["']?(\d{2,5})/,
  /\bPort:?\s*(?:(?:=>)\s*)?(\d{2,5})/i,
  /TCPServer\.(?:new|open)\(\s*(?:["'][^"']*["']\s*,\s*)?(\d{2,5})/,
];
