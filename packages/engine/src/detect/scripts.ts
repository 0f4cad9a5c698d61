/**
 * Scripts by what they run in the end: `npm run x`, `turbo run x`, `concurrently` and the like are followed, and wrappers that only set
 * variables are taken off. What a command is for: use.ts.
 */
import type { Manifest } from "./manifest.ts";

/** One command: its words, the variables set before it. */
export interface Invocation {
  words: string[];
  /** The program, without path and version: `next` of `./node_modules/.bin/next`. */
  program: string;
  variables: Record<string, string>;
  /** Run in another directory (`cd client && …`, `--prefix client`), relative. */
  within?: string;
}

/** Split a command line at `&&`, `||`, `;`, `&`, `|` outside quotes, and into words. */
export function commandsOf(line: string): string[][] {
  const commands: string[][] = [];
  let words: string[] = [];
  let word = "";
  let quoted = false;
  let quote = "";
  const endWord = (): void => {
    if (word !== "" || quoted) words.push(word);
    word = "";
    quoted = false;
  };
  const endCommand = (): void => {
    endWord();
    if (words.length > 0) commands.push(words);
    words = [];
  };
  for (let at = 0; at < line.length; at++) {
    const character = line[at]!;
    if (quote !== "") {
      if (character === quote) quote = "";
      else if (character === "\\" && quote === '"' && line[at + 1] === '"') word += line[++at];
      else word += character;
    } else if (character === '"' || character === "'") {
      quote = character;
      quoted = true;
    } else if (character === "\\" && line[at + 1] !== undefined) word += line[++at];
    else if (/\s/.test(character)) endWord();
    else if (character === "&" || character === "|" || character === ";") {
      if (character === "&" && line[at - 1] === ">") continue;
      endCommand();
    } else if (character === "(" || character === ")") endCommand();
    else word += character;
  }
  endCommand();
  return commands;
}

const runners = new Set(["npm", "pnpm", "yarn", "bun", "npx", "pnpx", "bunx", "yarnpkg"]);

/** Wrappers whose command follows, with the options of theirs that take a value. */
const wrappers: Record<string, readonly string[]> = {
  "cross-env": [],
  "cross-env-shell": [],
  env: [],
  "env-cmd": ["-f", "--file", "-e", "--environments"],
  dotenv: ["-e", "-v", "-c", "-p"],
  dotenvx: ["-f", "--env-file", "-e", "--env"],
  "with-env": [],
  exec: [],
  nice: ["-n"],
  time: [],
  timeout: [],
  "dumb-init": [],
  tini: [],
  doppler: ["-p", "-c", "--project", "--config"],
  infisical: ["--env", "--path", "--projectId"],
  varlock: [],
  "better-npm-run": [],
  sst: [],
  portless: [],
};

const options = ["--filter", "-F", "--workspace", "-w", "--prefix", "--dir", "-C", "--cwd", "-p", "--package"];

/** What a script's text runs in the end. `depth` guards against scripts that call each other. */
export function expand(line: string, manifest: Manifest, depth = 0): Invocation[] {
  if (depth > 8) return [];
  const result: Invocation[] = [];
  let within: string | undefined;
  for (const words of commandsOf(line)) {
    if (words[0] === "cd" && words[1] !== undefined) {
      within = joined(within, words[1]);
      continue;
    }
    // A script called in another directory is that directory's own.
    const isForeign =
      within !== undefined &&
      /^(?:npm|pnpm|yarn|bun)$/.test(words[0]!) &&
      !/^(?:i|install|ci|add|exec|x|dlx)$/.test(words[1] ?? "install");
    const runs = isForeign ? [{ words, program: "run-elsewhere", variables: {} }] : expandOne(words, manifest, depth);
    for (const found of runs) {
      const place = joined(within, found.within);
      result.push(place === undefined ? found : { ...found, within: place });
    }
  }
  return result;
}

/** The invocations of the script called `name`, its `pre` script included; empty when there is none. */
export function expandScript(name: string, manifest: Manifest, depth = 0): Invocation[] {
  const text = manifest.scripts[name];
  if (text === undefined || depth > 8) return [];
  // run-script-os runs the script of the same name for this system.
  if (text.trim() === "run-script-os")
    return expandScript(
      ["nix", "linux", "default"].map((system) => `${name}:${system}`).find((script) => script in manifest.scripts) ??
        "",
      manifest,
      depth + 1,
    );
  return expand(text, manifest, depth + 1);
}

function joined(first: string | undefined, second: string | undefined): string | undefined {
  const whole = [first, second].filter((part) => part !== undefined).join("/");
  if (whole === "") return undefined;
  const parts: string[] = [];
  for (const part of whole.split("/")) {
    if (part === ".." && parts.length > 0 && parts.at(-1) !== "..") parts.pop();
    else if (part !== "." && part !== "") parts.push(part);
  }
  return parts.length === 0 ? undefined : parts.join("/");
}

function expandOne(given: string[], manifest: Manifest, depth: number): Invocation[] {
  const variables: Record<string, string> = {};
  let words = given;
  for (;;) {
    const first = words[0];
    if (first === undefined) return [];
    const assignment = /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/.exec(first);
    if (assignment) {
      variables[assignment[1]!] = assignment[2]!;
      words = words.slice(1);
      continue;
    }
    const valued = wrappers[programOf(first)];
    if (valued === undefined) break;
    words = words.slice(1);
    if (words[0] === "run" || words[0] === "shell") words = words.slice(1);
    while (words[0]?.startsWith("-")) words = words.slice(words[0] === "--" || !valued.includes(words[0]) ? 1 : 2);
    if (words[0] === "--") words = words.slice(1);
    // As it was written once: `env-cmd ./config/local.env react-scripts build`.
    if (first === "env-cmd" && /(?:^|[/.])env(?:\.\w+)*$|\.(?:json|js)$/.test(words[0] ?? "")) words = words.slice(1);
  }
  words = withoutOwnWrapper(words);
  const program = programOf(words[0]!);
  if (program === "set" && words[1]?.includes("=")) return [];
  const followed = runners.has(program)
    ? throughRunner(program, words, manifest, depth)
    : throughTask(program, words, manifest, depth);
  return (followed ?? [{ words, program, variables: {} }]).map((found) => ({
    ...found,
    variables: { ...variables, ...found.variables },
  }));
}

/** `tsx scripts/with-settings.ts tsx src/main.ts`: a program of the project's own that sets up the one named behind it. */
function withoutOwnWrapper(words: string[]): string[] {
  if (!/^(?:node|tsx|ts-node)$/.test(words[0] ?? "") || !/\.[cm]?[jt]s$/.test(words[1] ?? "")) return words;
  const inner = words.slice(words[2] === "--" ? 3 : 2);
  return /^(?:node|tsx|ts-node|next|nuxt|nest|vite|remix-serve|prisma)$/.test(inner[0] ?? "") && inner.length > 1
    ? inner
    : words;
}

function programOf(word: string): string {
  return word
    .replace(/\\/g, "/")
    .replace(/^.*\/node_modules\/\.bin\//, "")
    .replace(/^.*\/node_modules\/([^@/]+|@[^/]+\/[^/]+)\/.*$/, "$1")
    .replace(/^(@[^/]+\/[^@]+|[^@]+)@[\w.^~-]+$/, "$1");
}

/** `npm run build`, `pnpm -r build`, `yarn workspace web build`, `npx next build`. */
function throughRunner(program: string, words: string[], manifest: Manifest, depth: number): Invocation[] | null {
  let rest = words.slice(1);
  let elsewhere = false;
  let within: string | undefined;
  const takeOptions = (): void => {
    while (rest[0]?.startsWith("-")) {
      const option = rest[0];
      const name = option.split("=")[0]!;
      const value = option.includes("=") ? option.slice(option.indexOf("=") + 1) : rest[1];
      const takes = options.includes(name) && !(program.endsWith("x") && name !== "-p" && name !== "--package");
      if (takes && ["--prefix", "--dir", "-C", "--cwd"].includes(name)) within = value;
      else if ((takes && name !== "-p") || ["-r", "--recursive", "-ws", "--workspaces"].includes(name))
        elsewhere = !program.endsWith("x");
      rest = rest.slice(takes && !option.includes("=") && !(program === "pnpm" && name === "-w") ? 2 : 1);
      if (program === "pnpm" && name === "-w") elsewhere = false;
    }
  };
  takeOptions();
  if (["npx", "pnpx", "bunx"].includes(program)) return rest.length > 0 ? expandOne(rest, manifest, depth + 1) : null;
  if (["exec", "dlx", "x"].includes(rest[0] ?? "")) {
    rest = rest.slice(1);
    takeOptions();
    if (rest[0] === "--") rest = rest.slice(1);
    return rest.length > 0 ? expandOne(rest, manifest, depth + 1) : null;
  }
  if (rest[0] === "workspace" || rest[0] === "workspaces") {
    rest = rest.slice(rest[0] === "workspace" ? 2 : 1);
    elsewhere = true;
  }
  const isRun = ["run", "run-script", "foreach"].includes(rest[0] ?? "");
  if (isRun) rest = rest.slice(1);
  takeOptions();
  const [name, ...more] = rest;
  if (name === undefined) return null;
  // npm takes its own options behind the name as well: `npm run build --prefix client`.
  const passedOn = more.includes("--") ? more.slice(0, more.indexOf("--")) : more;
  const told =
    program === "npm" ? optionOf({ words: [name, ...passedOn], program, variables: {} }, "--prefix") : undefined;
  if (told !== undefined) within = told;
  else if (program === "npm" && passedOn.some((word) => /^(?:-w|-ws|--workspaces?)(?:=|$)/.test(word)))
    elsewhere = true;
  if (program === "bun" && /[./]/.test(name) && manifest.scripts[name] === undefined)
    return [{ words: ["bun", ...rest], program: "bun", variables: {} }];
  if (elsewhere || within !== undefined)
    return [
      { words: [name, ...more], program: "run-elsewhere", variables: {}, ...(within === undefined ? {} : { within }) },
    ];
  if (program === "bun" && ["build", "test", "install"].includes(name) && !isRun) return null;
  const script = ["test", "t", "tst"].includes(name) && !isRun ? "test" : name;
  if (!isRun && ["install", "ci", "i", "add", "publish", "audit", "prune", "version", "rebuild"].includes(name))
    return [{ words: [program, ...rest], program: "install", variables: {} }];
  const text = manifest.scripts[script];
  // yarn and bun run what packages bring where no script has the name: `bun run --bun next build`.
  if (text === undefined)
    return program === "npm" || (isRun && program === "pnpm") ? [] : expandOne(rest, manifest, depth + 1);
  const passed = more[0] === "--" ? more.slice(1) : more;
  return expand(
    [text, ...passed.map((word) => (/[\s&|;()]/.test(word) ? JSON.stringify(word) : word))].join(" "),
    manifest,
    depth + 1,
  );
}

/** Programs that run scripts of this or other packages: concurrently, npm-run-all, turbo, nx, lerna. */
function throughTask(program: string, words: string[], manifest: Manifest, depth: number): Invocation[] | null {
  const rest = words.slice(1);
  switch (program) {
    case "concurrently":
    case "conc":
    case "stmux": {
      const taking = [
        "-n",
        "--names",
        "-c",
        "--prefix-colors",
        "--success",
        "-s",
        "-p",
        "--prefix",
        "-l",
        "--restart-tries",
        "--kill-signal",
      ];
      const lines: string[] = [];
      for (let at = 0; at < rest.length; at++) {
        const word = rest[at]!;
        if (taking.includes(word)) at += 1;
        else if (!word.startsWith("-")) lines.push(word);
      }
      return lines.flatMap((line) => {
        const name = /^(?:npm|pnpm|yarn|bun):(.+)$/.exec(line)?.[1];
        return name === undefined ? expand(line, manifest, depth + 1) : expandNamed(name, manifest, depth + 1);
      });
    }
    case "sh":
    case "bash":
    case "/bin/sh":
    case "/bin/bash": {
      const at = rest.findIndex((word) => /^-\w*c$/.test(word));
      return at >= 0 && rest[at + 1] !== undefined ? expand(rest[at + 1]!, manifest, depth + 1) : null;
    }
    case "tinacms": {
      const line = optionOf({ words, program, variables: {} }, "-c", "--command");
      return line === undefined ? null : expand(line, manifest, depth + 1);
    }
    case "npm-run-all":
    case "npm-run-all2":
    case "run-s":
    case "run-p":
    case "run-z":
    case "run-pz":
    case "wsrun":
      return rest.filter((word) => !word.startsWith("-")).flatMap((name) => expandNamed(name, manifest, depth + 1));
    case "turbo":
    case "lerna":
    case "nx":
    case "lage":
    case "rush":
    case "moon":
    case "ultra":
      return [{ words, program: "run-elsewhere", variables: {} }];
    case "vp":
      return rest[0] === "run" ? [{ words, program: "run-elsewhere", variables: {} }] : null;
    default:
      return null;
  }
}

/** The scripts of a name, or of all names that begin so: `build:*`. */
function expandNamed(name: string, manifest: Manifest, depth: number): Invocation[] {
  if (!name.includes("*")) return expandScript(name.split(" ")[0]!, manifest, depth);
  const pattern = new RegExp(`^${name.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replace(/\*\*?/g, ".+")}$`);
  return Object.keys(manifest.scripts)
    .filter((script) => pattern.test(script))
    .flatMap((script) => expandScript(script, manifest, depth));
}

/** The value of an option: `--out x`, `--out=x`, `-o x`. */
export function optionOf({ words }: Invocation, ...names: string[]): string | undefined {
  for (const name of names) {
    for (let at = 1; at < words.length; at++) {
      const word = words[at]!;
      if (word === name) return words[at + 1];
      if (word.startsWith(`${name}=`)) return word.slice(name.length + 1);
    }
  }
  return undefined;
}
