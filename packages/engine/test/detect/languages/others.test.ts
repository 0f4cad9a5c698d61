import { expect, it } from "vitest";
import { readingOf } from "./reading-of.ts";

it.each([
  [
    "scala",
    "play",
    { "build.sbt": 'lazy val root = (project in file(".")).enablePlugins(PlayScala).settings(name := "shop")\n' },
    "sbt stage",
    "./target/universal/stage/bin/shop -Dhttp.port=$PORT",
    9000,
  ],
  [
    "clojure",
    "compojure",
    { "project.clj": '(defproject shop "1.0.0" :dependencies [[compojure "1.7.0"]] :uberjar-name "shop.jar")' },
    "lein uberjar",
    "java -jar target/shop.jar",
    3000,
  ],
  [
    "swift",
    "vapor",
    {
      "Package.swift":
        '// swift-tools-version:5.10\nlet package = Package(name: "x", dependencies: [.package(url: "https://github.com/vapor/vapor.git", from: "4.0.0")], targets: [.executableTarget(name: "App")])',
    },
    "swift build -c release",
    "./.build/release/App serve --env production --hostname 0.0.0.0 --port $PORT",
    8080,
  ],
  [
    "crystal",
    "kemal",
    { "shard.yml": "name: shop\ndependencies:\n  kemal:\n    github: kemalcr/kemal\n", "src/shop.cr": "Kemal.run\n" },
    "shards build --release",
    "./bin/shop --port $PORT",
    3000,
  ],
  [
    "gleam",
    "wisp",
    { "gleam.toml": 'name = "shop"\n[dependencies]\nwisp = ">= 1.0.0"\n', "src/shop.gleam": "pub fn main() {}\n" },
    "gleam export erlang-shipment",
    "./build/erlang-shipment/entrypoint.sh run",
    8000,
  ],
  [
    "dart",
    "shelf",
    {
      "pubspec.yaml": "name: shop\nenvironment:\n  sdk: ^3.0.0\ndependencies:\n  shelf: ^1.4.0\n",
      "bin/server.dart": "void main() {}\n",
    },
    "dart compile exe bin/server.dart -o bin/server",
    "./bin/server",
    8080,
  ],
])("%s: %s", (runtime, framework, files, buildCommand, startCommand, port) => {
  expect(readingOf(files)).toMatchObject({ runtime, framework, kind: "server", buildCommand, startCommand, port });
});

it("builds Flutter for the browser", () => {
  const files = {
    "pubspec.yaml": "name: app\ndependencies:\n  flutter:\n    sdk: flutter\n",
    "lib/main.dart": "void main() {}\n",
    "web/index.html": "<html></html>",
  };
  expect(readingOf(files)).toMatchObject({
    kind: "static",
    framework: "flutter",
    buildCommand: "flutter build web --release",
    outputDir: "build/web",
  });
});

const shard = (dependencies: string) => ({
  "shard.yml": `name: shop\nversion: 1.0.0\ndependencies:\n${dependencies}`,
  "src/shop.cr": "HTTP::Server.new\n",
});

it("takes a shard without a target for a library, unless it stands on a web framework", () => {
  expect(readingOf(shard("  radix:\n    github: a/radix\n")).kind).toBe("package");
  expect(readingOf(shard("  kemal:\n    github: kemalcr/kemal\n"))).toMatchObject({
    kind: "server",
    framework: "kemal",
  });
});
