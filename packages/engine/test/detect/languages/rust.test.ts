import { describe, expect, it } from "vitest";
import { detect } from "../../../src/detect/detect.ts";
import { treeOf } from "../tree-of.ts";
import { readingOf, servicesOf } from "./reading-of.ts";

const manifest = (dependencies: string, more = "") =>
  `[package]\nname = "api"\nversion = "0.1.0"\n${more}\n[dependencies]\n${dependencies}\n`;

describe("frameworks and ports", () => {
  it.each([
    ["actix", 'actix-web = "4"', '.bind(("127.0.0.1", 8081))', 8081],
    ["axum", 'axum = "0.7"', 'TcpListener::bind("0.0.0.0:3001").await', 3001],
    ["axum", 'axum = "0.6"', "SocketAddr::from(([127, 0, 0, 1], 4000))", 4000],
    ["warp", 'warp = "0.3"', "warp::serve(routes).run(([0, 0, 0, 0], 3031)).await", 3031],
    ["poem", 'poem = "3"', 'TcpListener::bind("0.0.0.0:3002")', 3002],
    ["axum", 'axum = "0.7"', 'let port = env::var("PORT").ok().and_then(|p| p.parse().ok()).unwrap_or(5001);', 5001],
    ["axum", 'axum = "0.7"', "", 3000],
    ["axum", 'axum = "0.7"\nshuttle-runtime = "0.50"', "", 8000],
  ])("%s: %s", (framework, dependency, body, port) => {
    const reading = readingOf({ "Cargo.toml": manifest(dependency), "src/main.rs": `fn main() { ${body} }\n` });
    expect(reading).toMatchObject({
      kind: "server",
      framework,
      port,
      buildCommand: "cargo build --release",
      startCommand: "./target/release/api",
    });
  });

  it("takes the port from a file of settings, however it is written", () => {
    const files = {
      "Cargo.toml": manifest('axum = "0.7"'),
      "src/main.rs": "fn main() {}\n",
      "Config.toml": "port = 8123\n",
    };
    expect(readingOf(files).port).toBe(8123);
  });

  it("gives Rocket its port by Rocket's own variable", () => {
    const reading = readingOf({
      "Cargo.toml": manifest('rocket = "0.5"'),
      "src/main.rs": "#[launch]\nfn rocket() {}\n",
    });
    expect(reading).toMatchObject({
      framework: "rocket",
      port: 8000,
      startCommand: "ROCKET_ADDRESS=0.0.0.0 ROCKET_PORT=$PORT ./target/release/api",
    });
  });
});

describe("programs", () => {
  it("runs the one that is named as default", () => {
    const reading = readingOf({
      "Cargo.toml": manifest('axum = "0.7"', 'default-run = "serve"'),
      "src/bin/serve.rs": "fn main() {}",
      "src/bin/tool.rs": "fn main() {}",
    });
    expect(reading).toMatchObject({ buildCommand: "cargo build --release", startCommand: "./target/release/serve" });
  });

  it("says its port where it lies among others", () => {
    const reading = readingOf({
      "Cargo.toml": manifest('actix-web = "4"', 'default-run = "serve"'),
      "src/bin/serve.rs": "fn main() { HttpServer::new(a).bind(SocketAddr::from(([0, 0, 0, 0], 8088))); }",
      "src/bin/tool.rs": "fn main() { call(SocketAddr::from(([0, 0, 0, 0], 7070))); }",
    });
    expect(reading).toMatchObject({ kind: "server", port: 8088 });
  });

  it("is named by [[bin]]", () => {
    const reading = readingOf({
      "Cargo.toml": `${manifest('axum = "0.7"')}[[bin]]\nname = "web"\npath = "src/main.rs"\n`,
      "src/main.rs": "fn main() {}",
    });
    expect(reading.startCommand).toBe("./target/release/web");
  });

  it("is a package without one", () => {
    expect(readingOf({ "Cargo.toml": manifest('serde = "1"'), "src/lib.rs": "" }).kind).toBe("package");
  });

  it("is a package when it is a tool for the terminal", () => {
    expect(readingOf({ "Cargo.toml": manifest('clap = "4"'), "src/main.rs": "fn main() {}" }).kind).toBe("package");
  });

  it("is pages when it runs in a browser", () => {
    const reading = readingOf({
      "Cargo.toml": manifest('yew = "0.21"'),
      "src/main.rs": "fn main() {}",
      "index.html": "<html></html>",
    });
    expect(reading).toMatchObject({
      kind: "static",
      framework: "yew",
      buildCommand: "trunk build --release",
      outputDir: "dist",
    });
  });
});

describe("workspaces", () => {
  const files = {
    "Cargo.toml":
      '[workspace]\nmembers = ["crates/*"]\n[workspace.dependencies]\nsqlx = { version = "0.8", features = ["postgres"] }\n',
    "crates/api/Cargo.toml": manifest('axum = "0.7"\nsqlx.workspace = true'),
    "crates/api/src/main.rs": "fn main() {}",
    "crates/core/Cargo.toml": '[package]\nname = "core"\n',
    "crates/core/src/lib.rs": "",
  };

  it("answer for the server among their members", () => {
    expect(readingOf(files)).toMatchObject({
      kind: "server",
      buildCommand: "cargo build --release --package api",
      startCommand: "./target/release/api",
    });
  });

  it("hand on their dependencies with the features", () => {
    expect(readingOf(files).database).toEqual(["postgres"]);
  });

  it("keep what their members build", () => {
    expect(servicesOf(files).map(({ path, reading }) => [path, reading.startCommand])).toEqual([
      ["crates/api", "../../target/release/api"],
    ]);
  });
});

describe("databases", () => {
  it.each([
    ["rbdc-mysql", "mysql"],
    ["rbdc-pg", "postgres"],
  ])("%s", (driver, database) => {
    const files = { "Cargo.toml": manifest(`axum = "0.8"\n${driver} = "4"`), "src/main.rs": "fn main() {}\n" };
    expect(readingOf(files).database).toEqual([database]);
  });

  it.each([
    [["postgres"], 'sqlx = { version = "0.8", features = ["runtime-tokio", "postgres"] }'],
    [["mysql"], 'diesel = { version = "2", features = ["mysql"] }'],
    [["sqlite"], 'rusqlite = "0.31"'],
    [["mongodb"], 'mongodb = "2"'],
    [["postgres", "redis"], 'tokio-postgres = "0.7"\nredis = "0.25"'],
    [["redis"], 'mobc-redis = "0.8"'],
    [["redis"], 'tower-sessions-redis-store = "0.16"'],
  ])("%s", (database, dependencies) => {
    expect(
      readingOf({ "Cargo.toml": manifest(`axum = "0.7"\n${dependencies}`), "src/main.rs": "fn main() {}" }).database,
    ).toEqual(database);
  });
});

describe("versions", () => {
  it.each([
    ["1.80", { "rust-toolchain.toml": '[toolchain]\nchannel = "1.80"\n' }],
    ["nightly", { "rust-toolchain": "nightly\n" }],
  ])("%s", (version, files) => {
    expect(readingOf({ "Cargo.toml": manifest(""), "src/main.rs": "fn main() {}", ...files }).runtimeVersion).toBe(
      version,
    );
  });

  it("is the package's rust-version otherwise", () => {
    expect(
      readingOf({ "Cargo.toml": manifest("", 'rust-version = "1.75"'), "src/main.rs": "fn main() {}" }).runtimeVersion,
    ).toBe("1.75");
  });
});

const server = (name: string) => `[package]\nname = "${name}"\n[dependencies]\nactix-web = "4"\n`;

describe("workspaces of several servers", () => {
  const main = 'fn main() { HttpServer::new(|| App::new()).bind("0.0.0.0:8080") }\n';

  it("are no single program", () => {
    const files = {
      "Cargo.toml": '[workspace]\nmembers = ["basics/*"]\n',
      "basics/a/Cargo.toml": server("a"),
      "basics/a/src/main.rs": main,
      "basics/b/Cargo.toml": server("b"),
      "basics/b/src/main.rs": main,
    };
    const reading = readingOf(files);
    expect(reading).toMatchObject({ kind: "monorepo", packageManager: "cargo" });
    expect(reading.framework).toBeUndefined();
    expect(servicesOf(files).map(({ path }) => path)).toEqual(["basics/a", "basics/b"]);
  });
});

it("offers a file database among several servers'", () => {
  const files = {
    "Cargo.toml":
      '[package]\nname = "vault"\n[features]\nmysql = ["diesel/mysql"]\npostgresql = ["diesel/postgres"]\nsqlite = ["diesel/sqlite"]\n[dependencies]\nrocket = "0.5"\ndiesel = "2"\n',
    "src/main.rs": "#[rocket::main]\nasync fn main() { rocket::build().launch() }\n",
  };
  using tree = treeOf(files);
  expect(detect(tree.root, { variables: () => [] }).database).toEqual(["postgres", "mysql", "sqlite"]);
});

describe("crates of the same tree", () => {
  it("bring their databases", () => {
    const files = {
      "Cargo.toml":
        '[workspace]\nmembers = ["crates/*"]\n[workspace.dependencies]\nstore = { path = "crates/store" }\n[package]\nname = "shop"\n[dependencies]\naxum = "0.7"\nstore = { workspace = true }\n',
      "src/main.rs": "fn main() { axum::serve(listener, app) }\n",
      "crates/store/Cargo.toml":
        '[package]\nname = "store"\n[dependencies]\nsqlx = { version = "0.8", features = ["postgres"] }\n',
      "crates/store/src/lib.rs": "",
    };
    expect(readingOf(files).database).toEqual(["postgres"]);
  });

  it("say where it listens, unless they speak of something else", () => {
    const files = {
      "Cargo.toml": '[package]\nname = "shop"\n[dependencies]\naxum = "0.7"\nown = { path = "own" }\n',
      "src/main.rs": "fn main() { axum::serve(TcpListener::bind(own::load()).await, app) }\n",
      "own/Cargo.toml": '[package]\nname = "own"\n',
      "own/src/lib.rs": 'pub fn load() -> u16 { env::var("PORT").ok().and_then(|p| p.parse().ok()).unwrap_or(4010) }\n',
    };
    expect(readingOf(files).port).toBe(4010);
    expect(readingOf({ ...files, "own/src/lib.rs": 'const PROXY: &str = "127.0.0.1:4010";\n' }).port).toBe(3000);
  });

  it("make the program that is made of them alone", () => {
    const files = {
      "Cargo.toml":
        '[package]\nname = "notes"\n[workspace]\nmembers = [".", "api"]\n[dependencies]\napi = { path = "api" }\n',
      "src/main.rs": "fn main() { api::main(); }\n",
      "api/Cargo.toml": '[package]\nname = "api"\n[dependencies]\naxum = "0.6"\n',
      "api/src/lib.rs": "pub fn main() { axum::Server::bind(&addr); }\n",
    };
    expect(readingOf(files)).toMatchObject({
      kind: "server",
      framework: "axum",
      startCommand: "./target/release/notes",
    });
  });
});
