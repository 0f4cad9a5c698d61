import { describe, expect, it } from "vitest";
import { readingsOf, servicesOf } from "./reading-of.ts";

describe("languageServices", () => {
  it("lists programs below the root and neither libraries, tests nor documents", () => {
    const services = servicesOf({
      "docker-compose.yml": "services: {}\n",
      "backend/requirements.txt": "fastapi\n",
      "backend/main.py": "from fastapi import FastAPI\napp = FastAPI()\n",
      "gateway/go.mod": "module x\ngo 1.22\n",
      "gateway/main.go": 'package main\nfunc main() { http.ListenAndServe(":80", nil) }\n',
      "shared/go.mod": "module y\ngo 1.22\n",
      "shared/lib.go": "package shared\n",
      "proxy/Dockerfile": "FROM nginx\n",
      "docs/requirements.txt": "sphinx\n",
      "integration-tests/Dockerfile": "FROM x\n",
    });
    expect(services.map(({ path, name, reading }) => [path, name, reading.kind])).toEqual([
      ["backend", "backend", "server"],
      ["gateway", "gateway", "server"],
      ["proxy", "proxy", "container"],
    ]);
  });

  it("lists servers and bots without a manifest, unless the program above has one", () => {
    const app = "from fastapi import FastAPI\napp = FastAPI()\n";
    const files = {
      "web/package.json": "{}",
      "backend/main.py": app,
      "api/index.php": "<?php echo 1;\n",
      "notes/main.py": app,
      "server/package.json": "{}",
      "server/main.py": app,
    };
    expect(servicesOf(files).map(({ path }) => path)).toEqual(["api", "backend"]);
    expect(servicesOf({ ...files, "requirements.txt": "fastapi\n" })).toEqual([]);
  });

  it("looks for nothing inside a service", () => {
    const services = servicesOf({
      "api/requirements.txt": "flask\n",
      "api/app.py": "from flask import Flask\napp = Flask(__name__)\n",
      "api/sub/Dockerfile": "FROM x\n",
    });
    expect(services.map(({ path }) => path)).toEqual(["api"]);
  });
});

describe("every reader", () => {
  it("has no answer for an empty directory", () => {
    expect(readingsOf({ "README.md": "# x\n" })).toEqual([]);
  });

  it("reads manifests that are empty or broken without failing", () => {
    const names = [
      "requirements.txt",
      "pyproject.toml",
      "Pipfile",
      "go.mod",
      "Cargo.toml",
      "Gemfile",
      "composer.json",
      "pom.xml",
      "build.gradle",
      "settings.gradle.kts",
      "a.csproj",
      "mix.exs",
      "deno.json",
      "Dockerfile",
      "compose.yaml",
      "Procfile",
      "build.sbt",
      "project.clj",
      "Package.swift",
      "shard.yml",
      "pubspec.yaml",
      "stack.yaml",
      "gleam.toml",
      "build.zig",
      "x.nimble",
      "CMakeLists.txt",
      "_config.yml",
      "mkdocs.yml",
      "config.toml",
      "main.go",
      "main.py",
      "index.php",
    ];
    for (const content of ["", "\u0000\u0001", "{[(<", "<a><b></a>", "a: [\n\t- b"]) {
      const files = Object.fromEntries(names.map((name) => [name, content]));
      expect(() => readingsOf(files)).not.toThrow();
    }
  });

  it("gives evidence for every fact it states", () => {
    const [best] = readingsOf({
      "requirements.txt": "fastapi\nasyncpg\n",
      "main.py": "from fastapi import FastAPI\napp = FastAPI()\n",
      ".python-version": "3.12\n",
    });
    const fields = new Set(best?.evidence.map(({ field }) => field));
    for (const field of [
      "runtime",
      "runtimeVersion",
      "framework",
      "packageManager",
      "installCommand",
      "startCommand",
      "port",
      "database",
      "kind",
    ])
      expect(fields).toContain(field);
  });
});
