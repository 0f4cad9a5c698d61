import { describe, expect, it } from "vitest";
import { type Command, expandCommand, formatCommand, parseCommand } from "../../src/process/command.ts";
import { DeployError } from "../../src/error.ts";

describe("parseCommand", () => {
  const readings: [text: string, commands: Command[]][] = [
    ["", []],
    ["   ", []],
    ["npm run build", [{ argv: ["npm", "run", "build"] }]],
    ["  vite   build\t--mode  staging ", [{ argv: ["vite", "build", "--mode", "staging"] }]],
    ["NODE_ENV=production node server.js", [{ argv: ["node", "server.js"], env: { NODE_ENV: "production" } }]],
    ["A=1 B='x y' C= cmd", [{ argv: ["cmd"], env: { A: "1", B: "x y", C: "" } }]],
    ["npm ci && npm run build", [{ argv: ["npm", "ci"] }, { argv: ["npm", "run", "build"] }]],
    ["cd web && npm ci && cd .. && npm test", [{ argv: ["npm", "ci"], cwd: "web" }, { argv: ["npm", "test"] }]],
    ["cd ../.. && turbo run build --filter=web", [{ argv: ["turbo", "run", "build", "--filter=web"], cwd: "../.." }]],
    ["export A=1 B=2 && C=3 run", [{ argv: ["run"], env: { A: "1", B: "2", C: "3" } }]],
    ["set -e && exec node a.js", [{ argv: ["node", "a.js"] }]],
    ["echo 'a b' \"c d\" e\\ f", [{ argv: ["echo", "a b", "c d", "e f"] }]],
    ["echo ''", [{ argv: ["echo", ""] }]],
    ["echo a'b'\"c\"d", [{ argv: ["echo", "abcd"] }]],
    ["gunicorn app:app --bind 0.0.0.0:$PORT", [{ argv: ["gunicorn", "app:app", "--bind", "0.0.0.0:$PORT"] }]],
    ["next start -p ${PORT:-3000}", [{ argv: ["next", "start", "-p", "${PORT:-3000}"] }]],
    ["echo '$HOME' \\$HOME \"\\$HOME\" cost:5$", [{ argv: ["echo", "$$HOME", "$$HOME", "$$HOME", "cost:5$$"] }]],
    ['echo "$NAME"', [{ argv: ["echo", "${NAME:-}"] }]],
    ["pnpm --filter=./apps/* build", [{ argv: ["pnpm", "--filter=./apps/*", "build"] }]],
    ["pip install -e .[dev]", [{ argv: ["pip", "install", "-e", ".[dev]"] }]],
    ["node -e 'a && b; c | d > e'", [{ argv: ["node", "-e", "a && b; c | d > e"] }]],
    ["tsc 'src/*.ts'", [{ argv: ["tsc", "src/*.ts"] }]],
    ["echo a#b c=d", [{ argv: ["echo", "a#b", "c=d"] }]],
    ["'A=1' b", [{ argv: ["A=1", "b"] }]],
  ];
  it.each(readings)("reads %j", (text, commands) => {
    expect(parseCommand(text)).toEqual(commands);
  });

  const refusals: [text: string, why: string][] = [
    ["a | b", "a pipe"],
    ["a || b", '"||"'],
    ["a > out.txt", "a redirect"],
    ["a 2>&1", "a redirect"],
    ["a < in", "a redirect"],
    ["a;id>/tmp/pwn", '";"'],
    ["a & b", "background"],
    ["`id`", "backtick"],
    ['echo "`id`"', "backtick"],
    ["$(id)", "$(…)"],
    ['echo "$(id)"', "$(…)"],
    ["echo ${A:-$(id)}", "default value"],
    ["a\nid", "more than one line"],
    ["a\0b", "more than one line"],
    ["(cd x && y)", "parentheses"],
    ["rm dist/*.map", "file pattern"],
    ["cp a{1,2} b", "different shells"],
    ["cd /etc && ls", "relative path"],
    ["cd ~ && ls", '"~"'],
    ["cd $X && ls", "relative path"],
    ["source venv/bin/activate && python app.py", '"source" is a word of the shell'],
    [". ./env && node x", '"." is a word of the shell'],
    ["if true", '"if" is a word'],
    ["echo $1", "$1"],
    ["echo ${A%x}", "no other way"],
    ["A=1", "runs nothing"],
    ["a &&", "no command after"],
    ["&& a", "no command in front"],
    ["echo 'a", "not closed"],
    ['echo "a', "not closed"],
    ["echo a\\", "backslash"],
    ["npm run build # fast", "comment"],
    ["''", "empty"],
  ];
  it.each(refusals)("refuses %j and says where it belongs", (text, why) => {
    const error = thrown(() => parseCommand(text));
    expect(error.code).toBe("INVALID_CONFIG");
    expect(error.text.what).toContain(why);
    expect(error.text.next).toContain("script of package.json");
  });
});

describe("expandCommand", () => {
  const values = [
    "",
    "\n",
    "trailing\n",
    "a\r\nb",
    "pa$$word",
    "${HOME}",
    "$(id)",
    "#x",
    '"q"',
    "'q'",
    "back\\slash",
    "two words",
    "*",
    "a;id",
    "🚀 ümlaut",
    JSON.stringify({ key: "x".repeat(65_536) }),
  ];
  it.each(values)("passes the value %j on as it is", (value) => {
    expect(run('echo "$VALUE" --x=$VALUE', { VALUE: value }).argv).toEqual(["echo", value, `--x=${value}`]);
  });

  it("leaves out an argument that is only the name of an absent variable, and keeps a quoted one", () => {
    expect(run('java $JAVA_OPTS "$OTHER" -jar app.jar', {}).argv).toEqual(["java", "", "-jar", "app.jar"]);
  });

  it("takes the default when the variable is absent or empty, also a default that refers to another variable", () => {
    expect(run("serve -p ${PORT:-${ALT:-3000}}", {}).argv).toEqual(["serve", "-p", "3000"]);
    expect(run("serve -p ${PORT:-${ALT:-3000}}", { ALT: "8080" }).argv).toEqual(["serve", "-p", "8080"]);
    expect(run("serve -p ${PORT:-1}", { PORT: "" }).argv).toEqual(["serve", "-p", "1"]);
    expect(run("serve -p x${PORT-1}", { PORT: "" }).argv).toEqual(["serve", "-p", "x"]);
  });

  it("sets the variables in front of the command for the command, not for its arguments", () => {
    const { argv, env } = run("A=1 B=$A-$C node $A x", { C: "3" });
    expect(argv).toEqual(["node", "x"]);
    expect(env).toEqual({ A: "1", B: "1-3", C: "3" });
  });

  it("gives a quoted dollar back as one", () => {
    expect(run("echo '$HOME' 5$", { HOME: "/root" }).argv).toEqual(["echo", "$HOME", "5$"]);
  });
});

describe("formatCommand", () => {
  const lines = [
    "npm run build",
    "NODE_ENV=production node server.js",
    "cd web && npm ci",
    "next start -p $PORT",
    "echo 'a b' 'it'\\''s' '$HOME'",
    'serve "--listen=${PORT:-3000} \\$5 \\"x\\" \\\\"',
  ];
  it.each(lines)("writes %j so that it reads back the same", (line) => {
    const [command] = parseCommand(line);
    if (!command) throw new Error("no command");
    expect(parseCommand(formatCommand(command))).toEqual([command]);
  });
});

function run(text: string, env: Record<string, string>): ReturnType<typeof expandCommand> {
  const [command] = parseCommand(text);
  if (!command) throw new Error("no command");
  return expandCommand(command, env);
}

function thrown(work: () => unknown): DeployError {
  try {
    work();
  } catch (error) {
    if (error instanceof DeployError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}
