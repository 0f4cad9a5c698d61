/** Static sites without JavaScript's tools: plain pages, and the generators of other languages. */
import { lockfiles } from "../package-manager.ts";
import { inside, isObject, type Json, type JsonObject, type Project, type Reader } from "../reading.ts";
import { dockerfileOf, hasLanguageManifest } from "./docker.ts";
import { decide, draftOf, state } from "./draft.ts";
import { firstOf, placeOf } from "./files.ts";
import { pythonProjectOf } from "./python-project.ts";

interface Generator {
  slug: string;
  runtime: string;
  /** Settings files, of which one must be there. */
  settings: readonly string[];
  /** One of these must be beside the settings; their name alone is used by other tools. */
  beside?: readonly string[];
  /** Text the settings must hold. */
  holds?: RegExp;
  build: string;
  output: string;
  /** Where the settings change the output directory. */
  outputKey?: readonly string[];
  /** A site of its own also when the directory holds a program: documents beside a library say false. */
  alone?: false;
}

/** Sources: each generator's own documentation of its command line. */
const generators: readonly Generator[] = [
  {
    slug: "hugo",
    runtime: "hugo",
    settings: [
      "hugo.toml",
      "hugo.yaml",
      "hugo.yml",
      "hugo.json",
      "config/_default/hugo.toml",
      "config/_default/hugo.yaml",
      "config/_default/config.toml",
      "config/_default/config.yaml",
    ],
    build: "hugo --gc --minify",
    output: "public",
    outputKey: ["publishDir", "publishdir"],
  },
  {
    slug: "zola",
    runtime: "zola",
    settings: ["config.toml", "zola.toml"],
    beside: ["content", "templates", "sass"],
    holds: /^[ \t]*(compile_sass|build_search_index|generate_feeds?|\[markdown\]|highlight_code)/m,
    build: "zola build",
    output: "public",
    outputKey: ["output_dir"],
  },
  {
    slug: "hugo",
    runtime: "hugo",
    settings: ["config.toml", "config.yaml", "config.yml", "config.json"],
    beside: ["archetypes", "content", "layouts", "themes"],
    holds: /base_?url/i,
    build: "hugo --gc --minify",
    output: "public",
    outputKey: ["publishDir", "publishdir"],
  },
  {
    slug: "jekyll",
    runtime: "ruby",
    settings: ["_config.yml", "_config.yaml"],
    build: "jekyll build",
    output: "_site",
    outputKey: ["destination"],
  },
  {
    slug: "mdbook",
    runtime: "rust",
    settings: ["book.toml"],
    build: "mdbook build",
    output: "book",
    outputKey: ["build", "build-dir"],
  },
  {
    slug: "mkdocs",
    runtime: "python",
    settings: ["mkdocs.yml", "mkdocs.yaml"],
    build: "mkdocs build",
    output: "site",
    outputKey: ["site_dir"],
    alone: false,
  },
  {
    slug: "antora",
    runtime: "node",
    settings: ["antora-playbook.yml", "antora-playbook.yaml"],
    build: "npx antora antora-playbook.yml",
    output: "build/site",
    outputKey: ["output", "dir"],
  },
  { slug: "pelican", runtime: "python", settings: ["pelicanconf.py"], build: "pelican content", output: "output" },
  {
    slug: "nikola",
    runtime: "python",
    settings: ["conf.py"],
    holds: /NIKOLA|BLOG_TITLE/,
    build: "nikola build",
    output: "output",
  },
  {
    slug: "lektor",
    runtime: "python",
    settings: [".lektorproject"],
    build: "lektor build --output-path public",
    output: "public",
  },
];

export const generatedSites: Reader = {
  id: "static-generator",
  read(project, directory) {
    for (const row of generators) {
      const at = firstOf(project.tree, directory, row.settings);
      const text = at === undefined ? null : project.tree.text(at);
      if (at === undefined || text === null) continue;
      const around = project.tree.listing(directory).directories;
      if (row.beside && !row.beside.some((name) => around.includes(name))) continue;
      if (row.holds && !row.holds.test(text)) continue;
      const reading = draftOf(row.runtime, { at, rule: `framework/${row.slug}` });
      const proof = { at, rule: `framework/${row.slug}` };
      state(reading, "framework", row.slug, proof);
      const publish = row.slug === "pelican" && project.tree.has(inside(directory, "publishconf.py"));
      state(reading, "buildCommand", publish ? "pelican content -s publishconf.py" : row.build, proof);
      state(reading, "outputDir", settingAt(project, at, row.outputKey) ?? row.output, proof);
      if (row.runtime === "python") {
        const found = pythonProjectOf(project, directory);
        if (found?.packageManager)
          state(reading, "packageManager", found.packageManager.name, {
            at: found.packageManager.at,
            rule: "python/manifest",
          });
        state(reading, "installCommand", found?.installCommand, proof);
      }
      const gemfile = inside(directory, "Gemfile");
      if (row.runtime === "ruby" && project.tree.has(gemfile)) {
        const bundled = { at: gemfile, rule: "ruby/gemfile" };
        state(reading, "packageManager", "bundler", bundled);
        state(reading, "installCommand", "bundle install", bundled);
        state(reading, "buildCommand", `bundle exec ${row.build}`, bundled);
      }
      const beside = hasLanguageManifest(project, directory) && row.alone === false && hasProgram(project, directory);
      const hasPackage = project.tree.has(inside(directory, "package.json"));
      if (hasPackage && row.runtime !== "python" && reading.packageManager === undefined) {
        const [manager, lock] = lockfiles.find(([, name]) => project.tree.has(inside(directory, name))) ?? [
          "npm",
          "package.json",
        ];
        state(reading, "packageManager", manager, { at: inside(directory, lock), rule: `lockfile/${lock}` });
      }
      // GitHub shows a README by a theme; that alone makes no site of a program.
      if (row.slug === "jekyll" && !hasJekyllPages(project, directory)) return decide(reading, "static", 0.3, proof);
      return decide(reading, "static", beside ? 0.4 : hasPackage && row.slug !== "hugo" ? 0.7 : 0.9, proof);
    }
    return sphinx.read(project, directory);
  },
};

function hasJekyllPages(project: Project, directory: string): boolean {
  const { directories, files } = project.tree.listing(directory);
  return (
    directories.some((name) => /^_(posts|layouts|includes|pages|data|sass)$/.test(name)) ||
    files.some((name) => /^index\.(html?|md|markdown)$/.test(name))
  );
}

const runsProgram =
  /^(?:\S*\/)?(?:python3?|gunicorn|uvicorn|flask|poetry|uv|node|java)\s(?!.*\b(?:mkdocs|sphinx|http\.server)\b)/;

/** Documents of a library have the library beside them. */
function hasProgram(project: Project, directory: string): boolean {
  const { directories, files } = project.tree.listing(directory);
  return (
    runsProgram.test(dockerfileOf(project, directory)?.command ?? "") ||
    directories.includes("src") ||
    files.some((name) => /^(setup\.py|setup\.cfg|go\.mod|Cargo\.toml|(?:app|bot|run|server)\.py)$/.test(name)) ||
    /^if __name__ ==/m.test(project.tree.text(inside(directory, "main.py")) ?? "") ||
    (pythonProjectOf(project, directory)?.published !== undefined &&
      directories.some((name) => project.tree.has(inside(directory, `${name}/__init__.py`))))
  );
}

const sphinx: Reader = {
  id: "sphinx",
  read(project, directory) {
    const at = firstOf(project.tree, directory, [
      "conf.py",
      "docs/conf.py",
      "docs/source/conf.py",
      "doc/conf.py",
      "source/conf.py",
      "doc/source/conf.py",
    ]);
    const text = at === undefined ? null : project.tree.text(at);
    if (at === undefined || text === null || !/^[ \t]*(extensions|html_theme|project)\s*=/m.test(text)) return null;
    const source = at.includes("/")
      ? at.slice(directory === "." ? 0 : directory.length + 1, at.lastIndexOf("/")) || "."
      : ".";
    const top = source.replace(/\/?source$/, "");
    const output =
      source === "."
        ? "_build/html"
        : source.endsWith("source")
          ? `${top === "" ? "" : `${top}/`}build/html`
          : `${source}/_build/html`;
    const reading = draftOf("python", { at, rule: "framework/sphinx" });
    const proof = { at, rule: "framework/sphinx" };
    state(reading, "framework", "sphinx", proof);
    state(reading, "buildCommand", `sphinx-build -b html ${source} ${output}`, proof);
    state(reading, "outputDir", output, proof);
    const found = pythonProjectOf(project, directory);
    if (found?.packageManager)
      state(reading, "packageManager", found.packageManager.name, {
        at: found.packageManager.at,
        rule: "python/manifest",
      });
    const manifest = hasLanguageManifest(project, directory);
    // The documents of a template for projects say how to use it.
    const isTemplate = project.tree.has(inside(directory, "cookiecutter.json"));
    const isBeside = isTemplate || (manifest && hasProgram(project, directory));
    return decide(reading, "static", isBeside ? 0.3 : manifest ? 0.65 : 0.85, proof);
  },
};

/** A string of the settings at `keys`, when it can be read. */
function settingAt(project: Project, at: string, keys: readonly string[] | undefined): string | undefined {
  if (!keys) return undefined;
  const document: JsonObject | null | undefined = /\.ya?ml$/.test(at)
    ? asObject(project.yaml(at)?.[0])
    : at.endsWith(".json")
      ? project.json(at)
      : project.toml(at);
  if (!document) return undefined;
  const nested =
    keys.length === 2 && isObject(document[keys[0]!]) ? asObject(document[keys[0]!])?.[keys[1]!] : undefined;
  const value = nested ?? keys.map((key) => document[key]).find((found) => typeof found === "string");
  return typeof value === "string" ? value.replace(/^\.\//, "").replace(/\/$/, "") : undefined;
}

function asObject(value: Json | undefined): JsonObject | undefined {
  return isObject(value) ? value : undefined;
}

/** Directories a site of plain pages may lie in, besides the project's own. */
const pageRoots: readonly string[] = [
  "public",
  "dist",
  "build",
  "_site",
  "site",
  "www",
  "html",
  "public_html",
  "htdocs",
  "website",
  "web",
  "static",
  "src",
  "app",
  "docs",
  "output",
];

export const plainSites: Reader = {
  id: "static",
  read(project, directory) {
    const { tree } = project;
    const { files, directories } = tree.listing(directory);
    const root = files.some((name) => /^index\.html?$/i.test(name))
      ? "."
      : pageRoots.find((name) => directories.includes(name) && tree.has(inside(directory, `${name}/index.html`)));
    const staticfile = files.includes("Staticfile") ? inside(directory, "Staticfile") : undefined;
    const named =
      staticfile === undefined ? undefined : /^root:\s*["']?([^"'\s]+)/m.exec(tree.text(staticfile) ?? "")?.[1];
    const shown = named ?? root ?? pagesOnly(files);
    if (shown === undefined) return null;
    const at =
      staticfile ??
      (shown === "."
        ? inside(directory, files.find((name) => /\.html?$/i.test(name)) ?? "index.html")
        : inside(directory, `${shown}/index.html`));
    const reading = draftOf("static", { at, rule: "static/pages" });
    state(reading, "outputDir", shown, { at, rule: "static/pages" });
    const hasPackage = files.includes("package.json");
    const others = hasLanguageManifest(project, directory);
    const page = tree.text(at) ?? "";
    // A page that loads sources is the input of a build, and belongs to whoever makes that build.
    const isSource = /<script[^>]+src=["']\/?(?:\.\/)?src\/[^"']+\.(tsx?|jsx|mjs|js)["']/.test(page) && hasPackage;
    const confidence =
      staticfile !== undefined
        ? 0.95
        : isSource
          ? 0.2
          : others
            ? shown === "." && !hasPackage
              ? 0.3
              : hasPackage && shown === "."
                ? 0.45
                : 0.25
            : /^(docs|static|app|output)$/.test(shown)
              ? 0.6
              : 0.9;
    reading.evidence.push({
      field: "page",
      value: "index.html",
      rule: "static/index",
      at: placeOf(at, page, "<"),
      confidence,
    });
    return decide(reading, "static", confidence, { at, rule: "static/pages" });
  },
};

/** A folder of pages without an index is still a site; one page among other things is not. */
function pagesOnly(files: readonly string[]): string | undefined {
  const pages = files.filter((name) => /\.html?$/i.test(name));
  return pages.length > 0 &&
    pages.length +
      files.filter((name) => /\.(css|js|md|txt|png|jpe?g|svg|ico)$|^LICENSE|^\.|^CNAME$/i.test(name)).length ===
      files.length
    ? "."
    : undefined;
}
