/** Rust: packages and workspaces, binary targets, frameworks by dependency, ports by the call that binds. */
import { inside, isObject, type JsonObject, type Project, type Reader, type Reading } from "../reading.ts";
import { objectAt, textOf, textsOf } from "./documents.ts";
import { decide, draftOf, state } from "./draft.ts";
import { placeOf, search } from "./files.ts";
import { statePort, type Source } from "./port.ts";
import { startFromProcfile } from "./procfile.ts";
import { dependenciesOf, localCrates, type Place, stateDatabases, withLocalCrates } from "./rust-crates.ts";
import { versionFromFiles } from "./versions.ts";

/** Crate to framework; the order is the order of trust. */
const frameworks: readonly { crate: string; slug: string; port?: number; start?: string }[] = [
  { crate: "leptos_axum", slug: "leptos", port: 3000 },
  { crate: "leptos_actix", slug: "leptos", port: 3000 },
  { crate: "loco-rs", slug: "loco", port: 5150, start: "start" },
  { crate: "actix-web", slug: "actix", port: 8080 },
  { crate: "rocket", slug: "rocket", port: 8000 },
  { crate: "poem", slug: "poem", port: 3000 },
  { crate: "salvo", slug: "salvo", port: 5800 },
  { crate: "warp", slug: "warp", port: 3030 },
  { crate: "tide", slug: "tide", port: 8080 },
  { crate: "gotham", slug: "gotham", port: 7878 },
  { crate: "iron", slug: "iron", port: 3000 },
  { crate: "nickel", slug: "nickel", port: 6767 },
  { crate: "axum", slug: "axum", port: 3000 },
  { crate: "pavex", slug: "pavex", port: 8000 },
  { crate: "tonic", slug: "tonic", port: 50_051 },
  { crate: "hyper", slug: "hyper", port: 3000 },
];

/** Crates whose programs are pages in a browser, built by trunk. */
const browserCrates = ["yew", "leptos", "sycamore", "seed", "dioxus-web", "percy-dom"];

const commandLineCrates = ["clap", "structopt", "argh", "lexopt", "pico-args"];

export const rust: Reader = {
  id: "rust",
  read(project, directory) {
    const at = inside(directory, "Cargo.toml");
    const manifest = project.tree.has(at) ? project.toml(at) : null;
    if (!manifest) return null;
    if (manifest["package"] !== undefined) {
      const above = manifest["workspace"] === undefined ? workspaceAbove(project, directory) : undefined;
      const reading = readPackage(project, { directory, root: above ?? directory, manifest, at, from: directory });
      const best =
        manifest["workspace"] === undefined || (reading.kind !== "package" && reading.confidence >= 0.7)
          ? null
          : bestMember(project, directory, manifest);
      return best && best.confidence > reading.confidence && best.kind === "server" ? best : reading;
    }
    if (manifest["workspace"] === undefined) return null;
    return severalServers(project, directory, manifest) ?? bestMember(project, directory, manifest);
  },
};

/** Member directories of a workspace, relative to the tree; patterns with one `*` are followed. */
export function cargoMembers(project: Project, directory: string, manifest: JsonObject): string[] {
  const workspace = objectAt(manifest, "workspace");
  const excluded = new Set(textsOf(workspace["exclude"]));
  return textsOf(workspace["members"])
    .flatMap((pattern) => {
      if (!pattern.includes("*")) return [pattern];
      const parent = pattern.slice(0, Math.max(pattern.indexOf("*") - 1, 0)) || ".";
      return project.tree.listing(inside(directory, parent)).directories.map((name) => inside(parent, name));
    })
    .filter((member) => !excluded.has(member) && project.tree.has(inside(directory, `${member}/Cargo.toml`)))
    .map((member) => inside(directory, member));
}

/** A workspace whose members are servers of their own, or one with its workers, is no single program. */
function severalServers(project: Project, directory: string, manifest: JsonObject): Reading | null {
  const members = memberReadings(project, directory, manifest);
  const servers = members.filter(({ kind, confidence }) => kind === "server" && confidence >= 0.9);
  const workers = members.filter(({ kind, startCommand }) => kind === "worker" && workerNames.test(startCommand ?? ""));
  if (servers.length === 0 || servers.length + workers.length < 2) return null;
  const at = inside(directory, "Cargo.toml");
  const reading = draftOf("rust", { at, rule: "rust/workspace" });
  state(reading, "packageManager", "cargo", { at, rule: "rust/workspace" });
  state(reading, "buildCommand", "cargo build --release", { at, rule: "rust/workspace" });
  return decide(reading, "monorepo", 0.9, { at, rule: "rust/servers" });
}

/** Names of programs that run all the time and answer nobody. */
const workerNames = /worker|bot\b|consumer|scheduler|daemon|indexer/;
const likelyServer = /(server|api|web|app|backend|service)\b/;

/** The member that is most like a server; without one the first program. */
function bestMember(project: Project, directory: string, manifest: JsonObject): Reading | null {
  const readings = memberReadings(project, directory, manifest);
  const order: readonly string[] = ["server", "worker", "static", "package"];
  readings.sort(
    (a, b) =>
      order.indexOf(a.kind) - order.indexOf(b.kind) ||
      b.confidence - a.confidence ||
      Number(likelyServer.test(b.startCommand ?? "")) - Number(likelyServer.test(a.startCommand ?? "")),
  );
  return readings[0] ?? null;
}

function memberReadings(project: Project, directory: string, manifest: JsonObject): Reading[] {
  return cargoMembers(project, directory, manifest).flatMap((member) => {
    const at = inside(member, "Cargo.toml");
    const own = project.toml(at);
    return own && own["package"] !== undefined && !/(^|\/)(tests?|benches|xtask)(\/|$)/.test(member)
      ? [readPackage(project, { directory: member, root: directory, manifest: own, at, from: directory })]
      : [];
  });
}

/** The workspace that lists this directory as a member. */
function workspaceAbove(project: Project, directory: string): string | undefined {
  for (let at = directory; at !== "."; ) {
    at = at.includes("/") ? at.slice(0, at.lastIndexOf("/")) : ".";
    const path = inside(at, "Cargo.toml");
    const manifest = project.tree.has(path) ? project.toml(path) : null;
    if (manifest?.["workspace"] !== undefined)
      return cargoMembers(project, at, manifest).includes(directory) ? at : undefined;
  }
  return undefined;
}

function readPackage(project: Project, place: Place): Reading {
  const { directory, root, manifest, at, from } = place;
  const { tree } = project;
  const text = tree.text(at) ?? "";
  const reading = draftOf("rust", { at, rule: "rust/manifest" });
  state(reading, "packageManager", "cargo", { at, rule: "rust/manifest" });
  stateVersion(project, place, reading);
  const own = dependenciesOf(project, place);
  const all = withLocalCrates(project, place, own);
  // A program made of crates beside it alone is what they make it.
  const dependencies = own.size > 0 && own.size === localCrates(project, place).length ? all : own;
  stateDatabases(project, { place, reading, dependencies: all, text });

  const metadata = objectAt(manifest, "package");
  const bins = binariesOf(project, directory, manifest);
  const row = frameworks.find(({ crate }) => dependencies.has(crate));
  const isBrowser =
    browserCrates.some((crate) => dependencies.has(crate)) &&
    (row === undefined || tree.has(inside(directory, "Trunk.toml"))) &&
    (tree.has(inside(directory, "index.html")) || tree.has(inside(directory, "Trunk.toml")));
  if (isBrowser) {
    const slug = browserCrates.find((crate) => dependencies.has(crate))!;
    state(reading, "framework", slug.replace("-web", "").replace("percy-dom", "percy"), {
      at: placeOf(at, text, slug),
      rule: `framework/${slug}`,
    });
    state(reading, "buildCommand", "trunk build --release", { at, rule: "rust/trunk" });
    state(reading, "outputDir", "dist", { at, rule: "rust/trunk" });
    return decide(reading, "static", 0.9, { at, rule: "rust/trunk" });
  }
  const bin = bins[0];
  if (bin === undefined) return decide(reading, "package", 0.85, { at, rule: "rust/no-binary" });

  const name = textOf(metadata["name"]) ?? bin;
  const several = root !== directory && from === root;
  // Cargo builds into the workspace's directory, wherever it is called.
  const up = from === root ? "./" : "../".repeat(from.split("/").length - (root === "." ? 0 : root.split("/").length));
  state(
    reading,
    "buildCommand",
    `cargo build --release${several ? ` --package ${name}` : ""}${bins.length > 1 && metadata["default-run"] === undefined ? ` --bin ${bin}` : ""}`,
    { at, rule: "rust/binary" },
  );
  if (row) state(reading, "framework", row.slug, { at: placeOf(at, text, row.crate), rule: `framework/${row.slug}` });
  // Rocket takes address and port from its own variables only.
  const prefix = row?.slug === "rocket" ? "ROCKET_ADDRESS=0.0.0.0 ROCKET_PORT=$PORT " : "";
  state(
    reading,
    "startCommand",
    `${prefix}${up}target/release/${bin}${row?.start === undefined ? "" : ` ${row.start}`}`,
    {
      at,
      rule: "rust/binary",
    },
  );
  const process = startFromProcfile(project, directory, reading);

  const sources = [...programSource(project, directory, bin), ...rustSources(project, directory)];
  const listener = sources.find(({ text: source }) =>
    /\b(TcpListener|HttpServerStarter|HttpServer|axum::serve|axum::Server|Server::bind|UdpSocket)\b/.test(source),
  );
  if (
    process !== "worker" &&
    (row !== undefined ||
      (listener !== undefined && /TcpListener|HttpServerStarter/.test(listener.text)) ||
      process === "web")
  ) {
    statePort(project, directory, reading, {
      sources: [...sources, ...settings(project, directory), ...settingsOfCrates(project, place)],
      patterns: portPatterns,
      // Shuttle's runtime listens, whatever framework answers.
      fallback: {
        port: dependencies.has("shuttle-runtime") ? 8000 : (row?.port ?? 8080),
        rule: row ? `framework/${row.slug}` : "rust/convention",
        at,
      },
      containerLast: row?.slug === "rocket",
    });
    // Tools and libraries' helpers depend on a framework too, but do not listen.
    const weak = row === undefined || (row.slug === "hyper" && listener === undefined);
    const serves = listener !== undefined || /rocket|leptos|loco|tonic|warp|salvo|poem|tide/.test(row?.slug ?? "");
    return decide(reading, "server", weak ? 0.6 : serves ? 0.95 : 0.85, {
      at: listener?.at ?? at,
      rule: "rust/listens",
    });
  }
  if (process === "worker") return decide(reading, "worker", 0.85, { at, rule: "rust/procfile" });
  const isTool =
    !workerNames.test(bin) &&
    (commandLineCrates.some((crate) => dependencies.has(crate)) ||
      (metadata["license"] !== undefined && metadata["description"] !== undefined));
  return decide(reading, isTool ? "package" : "worker", 0.6, {
    at,
    rule: isTool ? "rust/command-line" : "rust/binary",
  });
}

function stateVersion(project: Project, { directory, root, manifest, at }: Place, reading: Reading): void {
  for (const place of new Set([directory, root, "."])) {
    for (const name of ["rust-toolchain.toml", "rust-toolchain"]) {
      const path = inside(place, name);
      const text = project.tree.text(path);
      const channel =
        text === null
          ? undefined
          : (/channel\s*=\s*["']([^"']+)/.exec(text)?.[1] ?? (text.includes("[") ? undefined : text.trim()));
      if (channel !== undefined && channel !== "") {
        state(reading, "runtimeVersion", channel, { at: path, rule: "version/rust-toolchain" });
        return;
      }
    }
  }
  if (versionFromFiles(project, directory, reading, { own: [], tools: ["rust"] })) return;
  const own = objectAt(manifest, "package")["rust-version"];
  const shared =
    root === directory
      ? undefined
      : objectAt(project.toml(inside(root, "Cargo.toml")), "workspace", "package")["rust-version"];
  const version = typeof own === "string" ? own : isObject(own) ? shared : undefined;
  if (typeof version === "string") state(reading, "runtimeVersion", version, { at, rule: "version/rust-version" });
}

/** Names of the programs the package builds, the one to run first. */
function binariesOf(project: Project, directory: string, manifest: JsonObject): string[] {
  const metadata = objectAt(manifest, "package");
  const declared = Array.isArray(manifest["bin"]) ? manifest["bin"] : [];
  const names = declared.flatMap((bin) => (isObject(bin) && typeof bin["name"] === "string" ? [bin["name"]] : []));
  const paths = new Set(
    declared.flatMap((bin) => (isObject(bin) && typeof bin["path"] === "string" ? [bin["path"]] : [])),
  );
  if (
    project.tree.has(inside(directory, "src/main.rs")) &&
    !paths.has("src/main.rs") &&
    typeof metadata["name"] === "string"
  )
    names.unshift(metadata["name"]);
  const folder = inside(directory, "src/bin");
  const { files, directories } = project.tree.listing(folder);
  for (const name of files) if (name.endsWith(".rs") && !paths.has(`src/bin/${name}`)) names.push(name.slice(0, -3));
  for (const name of directories) if (project.tree.has(`${folder}/${name}/main.rs`)) names.push(name);
  const preferred = metadata["default-run"];
  const unique = [...new Set(names)];
  if (typeof preferred === "string") unique.sort((a, b) => Number(b === preferred) - Number(a === preferred));
  else
    unique.sort(
      (a, b) =>
        Number(/server|api|web|app/.test(b)) - Number(/server|api|web|app/.test(a)) ||
        Number(b === metadata["name"]) - Number(a === metadata["name"]),
    );
  return unique.sort(
    (a, b) =>
      Number(b === metadata["name"] && preferred === undefined) -
      Number(a === metadata["name"] && preferred === undefined),
  );
}

const first = (path: string): number =>
  /\/src\/main\.rs$|^src\/main\.rs$/.test(path)
    ? 0
    : /(server|startup|app|config|settings|lib)\w*\.rs$/.test(path)
      ? 1
      : 2;

function rustSources(project: Project, directory: string): Source[] {
  const paths = search(project.tree, inside(directory, "src"), {
    depth: 3,
    limit: 80,
    matches: (name) => name.endsWith(".rs"),
  });
  return paths
    .sort((a, b) => first(a) - first(b))
    .flatMap((path) => {
      const text = project.tree.text(path);
      // What a module of tests says of ports is made up.
      return text === null ? [] : [{ at: path, text: text.replace(/#\[cfg\(test\)\]\s*mod \w+ \{[\s\S]*/, "") }];
    });
}

/** The program that is started, where it lies among others. */
function programSource(project: Project, directory: string, bin: string): Source[] {
  return [`src/bin/${bin}.rs`, `src/bin/${bin}/main.rs`].flatMap((name) => {
    const at = inside(directory, name);
    const text = project.tree.text(at);
    return text === null ? [] : [{ at, text }];
  });
}

function settings(project: Project, directory: string): Source[] {
  return search(project.tree, directory, {
    depth: 1,
    limit: 12,
    matches: (name) =>
      /^(Rocket|config|configuration|default|base|development|settings|local|production)\.(toml|ya?ml)$|^\.env(\.\w+)?$/i.test(
        name,
      ),
  }).flatMap((path) => {
    const text = project.tree.text(path);
    return text === null ? [] : [{ at: path, text }];
  });
}

/** What crates beside it say of the port: those that hold its settings, or start its server. */
function settingsOfCrates(project: Project, place: Place): Source[] {
  return localCrates(project, place).flatMap((crate) =>
    rustSources(project, crate).filter(
      ({ at, text }) => first(at) < 2 && /PORT"|default_\w*port|\bserve\(|\.bind\(/.test(text),
    ),
  );
}

const portPatterns: readonly RegExp[] = [
  /"(?:\w+_)?PORT"\)[^;]{0,80}?unwrap_or(?:_else)?\(\s*(?:\|_?\w*\|\s*)?"?(\d[\d_]{1,5})/,
  /"(?:\w+_)?PORT"\)[^;]{0,160}?unwrap_or(?:_else)?\(\s*(?:\|_?\w*\|\s*)?"?(\d[\d_]{1,5})/,
  /\bfn\s+default_(?:\w+_)?port\s*\(\)\s*->\s*u16\s*\{\s*(\d[\d_]{1,5})\b/,
  /\bdefault\s*=\s*"?(\d{4,5})"?\s*\)\]\s*(?:pub\s+)?(?:http|server|listen|api|web)_port\b/,
  /\bbind(?:_rustls\w*)?\(\s*&?\(?\s*"[^"]*:(\d{2,5})"/,
  /\bbind\(\s*\(\s*[^()]{1,60},\s*(\d[\d_]{1,5})\s*\)/,
  /from\(\s*\(\s*\[[\d,\s]+\]\s*,\s*(\d[\d_]{1,5})/,
  /\.run\(\s*\(\s*\[[\d,\s]+\]\s*,\s*(\d[\d_]{1,5})/,
  /SocketAddr(?:V4)?::new\([^;]*?,\s*(\d[\d_]{1,5})\s*\)/,
  /"(?:0\.0\.0\.0|127\.0\.0\.1|localhost|\[::\]):(\d{2,5})"/,
  /\b(?:default_value(?:_t)?)\s*=\s*"?(?:[\d.]+:)?(\d{4,5})/,
  /\bport\w*\s*(?:(?::\s*u16)\s*)?=\s*(\d[\d_]{3,5})\b/i,
  /^[ \t]*(?:application_)?port\s*[:=]\s*["']?(\d{2,5})/im,
  /^PORT\s*=\s*["']?(\d{2,5})/m,
];
