import { describe, expect, it } from "vitest";
import { readingOf, readingsOf } from "./reading-of.ts";

describe("plain pages", () => {
  it.each([
    [".", { "index.html": "<html></html>", "css/style.css": "" }],
    ["public", { "public/index.html": "<html></html>" }],
    ["dist", { "dist/index.html": "<html></html>" }],
    ["docs", { "README.md": "", "docs/index.html": "<html></html>" }],
    [".", { "about.html": "<html></html>", "style.css": "" }],
    ["site", { Staticfile: "root: site\n", "index.html": "<html></html>", "site/index.html": "<html></html>" }],
  ])("in %s", (outputDir, files) => {
    expect(readingOf(files)).toMatchObject({ kind: "static", runtime: "static", outputDir });
  });

  it("are the input of a build when they load sources", () => {
    const reading = readingOf({
      "package.json": "{}",
      "index.html": '<script type="module" src="/src/main.tsx"></script>',
    });
    expect(reading.confidence).toBeLessThanOrEqual(0.2);
  });

  it("do not outrank the program they belong to", () => {
    const readings = readingsOf({
      "requirements.txt": "flask\n",
      "app.py": "from flask import Flask\napp = Flask(__name__)\n",
      "static/index.html": "<html></html>",
    });
    expect(readings[0]?.kind).toBe("server");
  });
});

describe("generators", () => {
  it.each([
    ["hugo", { "hugo.toml": "baseURL = 'x'\n" }, "hugo --gc --minify", "public"],
    ["hugo", { "config.toml": 'baseURL = "x"\n', "content/a.md": "" }, "hugo --gc --minify", "public"],
    ["hugo", { "hugo.yaml": "publishDir: docs\n" }, "hugo --gc --minify", "docs"],
    ["zola", { "config.toml": 'base_url = "x"\ncompile_sass = true\n', "content/a.md": "" }, "zola build", "public"],
    ["jekyll", { "_config.yml": "title: x\n", "index.md": "" }, "jekyll build", "_site"],
    ["mkdocs", { "mkdocs.yml": "site_name: x\nsite_dir: out\n", "docs/index.md": "" }, "mkdocs build", "out"],
    ["mdbook", { "book.toml": '[book]\ntitle = "x"\n[build]\nbuild-dir = "html"\n' }, "mdbook build", "html"],
    [
      "pelican",
      { "pelicanconf.py": "AUTHOR = 'x'\n", "publishconf.py": "", "content/a.md": "" },
      "pelican content -s publishconf.py",
      "output",
    ],
    [
      "sphinx",
      { "docs/conf.py": "project = 'x'\nextensions = []\n", "docs/index.rst": "" },
      "sphinx-build -b html docs docs/_build/html",
      "docs/_build/html",
    ],
  ])("%s", (framework, files, buildCommand, outputDir) => {
    expect(readingOf(files)).toMatchObject({ kind: "static", framework, buildCommand, outputDir });
  });

  it("are asked by content, not by the name of a file", () => {
    expect(readingsOf({ "config.toml": "[server]\nport = 1\n" })).toEqual([]);
  });

  it("leave a program alone that GitHub shows by a theme", () => {
    const reading = readingOf({
      "_config.yml": "theme: x\n",
      "go.mod": "module x\ngo 1.22\n",
      "lib.go": "package x\n",
    });
    expect(reading).toMatchObject({ kind: "package", runtime: "go" });
  });

  it("do not outrank the library whose documents they make", () => {
    const reading = readingOf({
      "pyproject.toml": '[project]\nname = "lib"\n[build-system]\nrequires = []\n',
      "src/lib/__init__.py": "",
      "mkdocs.yml": "site_name: lib\n",
    });
    expect(reading.kind).toBe("package");
  });

  it("survive MkDocs' own tags", () => {
    expect(
      readingOf({
        "mkdocs.yml":
          "site_name: x\nmarkdown_extensions:\n  - pymdownx.emoji:\n      emoji_index: !!python/name:material.extensions.emoji.twemoji\n",
      }).framework,
    ).toBe("mkdocs");
  });
});

describe("a theme of Jekyll", () => {
  it("is built with the gems of its Gemfile", () => {
    const files = {
      "_config.yml": "title: x\n",
      "index.md": "# x\n",
      Gemfile: "source 'https://rubygems.org'\ngemspec\n",
      "x.gemspec": "Gem::Specification.new\n",
    };
    expect(readingOf(files)).toMatchObject({
      kind: "static",
      packageManager: "bundler",
      buildCommand: "bundle exec jekyll build",
      outputDir: "_site",
    });
  });
});
