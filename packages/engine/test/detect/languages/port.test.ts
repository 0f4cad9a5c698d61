import { describe, expect, it } from "vitest";
import { readingOf } from "./reading-of.ts";

const fastapi = {
  "requirements.txt": "fastapi\nuvicorn\nvalkey\n",
  "app/main.py": "from fastapi import FastAPI\napp = FastAPI()\n",
};
const compose = (command: string) => `services:\n  api:\n    build: .\n    command: ${command}\n`;

describe("the port a program is told on a command line", () => {
  it.each([
    ["a container's", { Dockerfile: 'FROM python\nCMD ["uvicorn", "app.main:app", "--port", "8081"]\n' }, 8081],
    ["that of the service of a compose file", { "compose.yaml": compose("fastapi run app/main.py --port 8082") }, 8082],
    ["with an address before it", { "compose.yaml": compose("gunicorn app.main:app --bind 0.0.0.0:8083") }, 8083],
    ["that of a Procfile", { Procfile: "web: uvicorn app.main:app --host 0.0.0.0 --port 8084\n" }, 8084],
    ["not what the platform gives", { Procfile: "web: uvicorn app.main:app --port $PORT\n" }, 8000],
    [
      "not that of another service",
      { "compose.yaml": "services:\n  a:\n    image: a\n    command: a --port 8085\n" },
      8000,
    ],
  ])("%s", (_, files, port) => {
    expect(readingOf({ ...fastapi, ...files })).toMatchObject({ framework: "fastapi", port, database: ["redis"] });
  });

  it("a table of defaults gives", () => {
    const files = {
      "requirements.txt": "aiohttp\n",
      "main.py":
        "from aiohttp import web\ndefaults = {'HOST': '0.0.0.0', 'PORT': '8086'}\napp = web.Application()\nweb.run_app(app, port=int(config.PORT))\n",
    };
    expect(readingOf(files)).toMatchObject({ framework: "aiohttp", port: 8086 });
  });

  it("in place of a variable that .NET looks for", () => {
    const files = {
      "Api.csproj": '<Project Sdk="Microsoft.NET.Sdk.Web"><TargetFramework>net8.0</TargetFramework></Project>',
      "Program.cs": 'b.UseUrls(urls: Environment.GetEnvironmentVariable("API__URL") ?? "https://0.0.0.0:7001");',
    };
    expect(readingOf(files)).toMatchObject({ framework: "aspnet", port: 7001 });
  });
});

describe("what other notations name", () => {
  it("finds Gradle's module in a folder of another name, with the plugin that its root puts aside", () => {
    const files = {
      "settings.gradle.kts": 'include(":shop-server")\nproject(":shop-server").projectDir = file("$rootDir/server")\n',
      "build.gradle.kts": 'plugins {\n  id("org.springframework.boot") version "3.1.0" apply false\n}\n',
      "server/build.gradle.kts":
        'apply(plugin = "org.springframework.boot")\ndependencies {\n  implementation("org.springframework.boot:spring-boot-starter-web")\n}\n',
      "server/src/main/java/App.java": "class App { public static void main(String[] a) { SpringApplication.run(); } }",
      "server/src/main/resources/application.yml": "server:\n  port: 2300\n",
    };
    expect(readingOf(files)).toMatchObject({ kind: "server", framework: "spring-boot", port: 2300 });
  });

  it("takes a module without a main class for a library, whatever plugin it is given", () => {
    const files = {
      "build.gradle":
        "plugins { id 'org.springframework.boot' version '3.1.0' }\ndependencies { implementation 'org.springframework.boot:spring-boot-starter-web:3' }\n",
      "src/main/java/Dto.java": "class Dto {}",
    };
    expect(readingOf(files)).toMatchObject({ kind: "package" });
  });

  it("builds the program of Go that is called as its module", () => {
    const files = {
      "go.mod": "module example.com/team/bill\n\ngo 1.22\n",
      "cmd/bill/main.go": "package main\nfunc main() { server.Run() }\n",
      "cmd/rate/main.go": 'package main\nfunc main() { http.ListenAndServe(":9000", nil) }\n',
    };
    expect(readingOf(files)).toMatchObject({ buildCommand: "go build -o app ./cmd/bill" });
    const daemon = { "cmd/billd/main.go": "package main\nfunc main() { server.Run() }\n" };
    expect(readingOf({ ...files, ...daemon })).toMatchObject({ buildCommand: "go build -o app ./cmd/billd" });
  });

  it("passes over what a module of tests says in Rust", () => {
    const files = {
      "Cargo.toml": '[package]\nname = "a"\n[dependencies]\naxum = "0.7"\n',
      "src/main.rs":
        'fn main() { axum::serve(l, app); }\n#[cfg(test)]\nmod tests {\n  fn a() { bind("127.0.0.1:7777"); }\n}\n',
    };
    expect(readingOf(files)).toMatchObject({ framework: "axum", port: 3000 });
  });

  it("reads Gradle's dependencies in three parts", () => {
    const files = {
      "build.gradle.kts":
        'plugins { application }\ndependencies {\n  implementation("org.http4k", "http4k-core", "4.0")\n}\napplication { mainClass.set("AppKt") }\n',
      "src/main/kotlin/App.kt": "fun main() { app.asServer(Jetty(9001)).start() }\n",
    };
    expect(readingOf(files)).toMatchObject({ kind: "server", framework: "http4k" });
  });

  it("reads the catalog that Ktor publishes", () => {
    const files = {
      "build.gradle.kts":
        "plugins {\n  alias(ktorLibs.plugins.ktor)\n}\ndependencies {\n  implementation(ktorLibs.server.core)\n  implementation(ktorLibs.server.netty)\n}\n",
      "src/main/kotlin/App.kt": "fun main() { embeddedServer(Netty, port = 9002) {}.start() }\n",
    };
    expect(readingOf(files)).toMatchObject({ kind: "server", framework: "ktor", port: 9002 });
  });

  it("takes the database that .NET is set up with, whatever its tools bring along", () => {
    const packages = ["SqlServer", "Sqlite"]
      .map((name) => `<PackageReference Include="Microsoft.EntityFrameworkCore.${name}" Version="8" />`)
      .join("");
    const files = {
      "Api.csproj": `<Project Sdk="Microsoft.NET.Sdk.Web"><ItemGroup>${packages}</ItemGroup></Project>`,
      "Program.cs": "// options.UseSqlServer(a)\noptions.UseSqlite(connection);",
    };
    expect(readingOf(files)).toMatchObject({ framework: "aspnet", database: ["sqlite"] });
  });

  it.each([
    ["config/packages/doctrine.yaml", "doctrine:\n  dbal:\n    driver: 'pdo_pgsql'\n", "postgres"],
    [".env", "DATABASE_URL=\n# DATABASE_URL=mysql://a:b@127.0.0.1:3306/a\n", "mysql"],
  ])("reads Doctrine's database of %s", (path, text, database) => {
    const files = {
      "composer.json": JSON.stringify({ require: { "symfony/framework-bundle": "7.*" } }),
      "public/index.php": "<?php\n",
      [path]: text,
    };
    expect(readingOf(files)).toMatchObject({ framework: "symfony", database: [database] });
  });
});

it("is none of a directory the program asks", () => {
  const files = {
    Gemfile: "source 'https://rubygems.org'\ngem 'sinatra'\n",
    "config.ru": "run App\n",
    "app/directory.rb": "SETTINGS = {\n  hostname: 'localhost',\n  port: 389,\n}\n",
  };
  expect(readingOf(files)).toMatchObject({ framework: "sinatra", port: 9292 });
});

it("is where a compose file reaches the program, before what its framework's users write", () => {
  const files = {
    "go.mod": "module x\nrequire github.com/go-chi/chi/v5 v5.0.0\n",
    "main.go":
      'package main\nimport "github.com/go-chi/chi/v5"\nfunc main() { http.ListenAndServe(c.Listen, chi.NewRouter()) }\n',
    "compose.yaml":
      'services:\n  api:\n    build: .\n    ports: ["9000:8081"]\n  db:\n    image: postgres\n    ports: ["5432:5432"]\n',
  };
  expect(readingOf(files).port).toBe(8081);
});
