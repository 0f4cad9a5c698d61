import { describe, expect, it } from "vitest";
import { parseProcfile } from "../../../src/detect/languages/procfile.ts";
import { detected } from "../expect.ts";
import { readingOf } from "./reading-of.ts";

describe("parseProcfile", () => {
  it("reads one process a line, in order", () => {
    expect(parseProcfile("web: node a.js\nworker: node b.js --x=y:z\n")).toEqual({
      web: "node a.js",
      worker: "node b.js --x=y:z",
    });
  });

  it("leaves out comments, blank lines and lines without a command", () => {
    expect(parseProcfile("# web: old\r\n\r\nweb:\r\nrelease:  rake db:migrate  \r\n")).toEqual({
      release: "rake db:migrate",
    });
  });
});

const flask = { "requirements.txt": "flask\n", "app.py": "from flask import Flask\napp = Flask(__name__)\n" };

describe("a Procfile beside a program", () => {
  it("says how the program starts", () => {
    expect(readingOf({ ...flask, Procfile: "web: gunicorn app:app\n" }).startCommand).toBe("gunicorn app:app");
  });

  it("says which port the program falls back on", () => {
    const files = {
      ...flask,
      Procfile: 'web: sh -c "flask db upgrade && gunicorn app:app --bind 0.0.0.0:${PORT:-8090}"\n',
    };
    expect(readingOf(files).port).toBe(8090);
  });

  it("keeps its workers as evidence", () => {
    const { evidence } = readingOf({ ...flask, Procfile: "worker: rq worker\nweb: gunicorn app:app\n" });
    expect(evidence).toContainEqual(expect.objectContaining({ field: "worker", value: "rq worker", at: "Procfile:1" }));
  });

  it("is warned of where it has processes that no deployment runs", () => {
    const says = (procfile: string): string[] =>
      detected({ ...flask, Procfile: procfile }).warnings.map(({ at, message }) => `${at}: ${message}`);
    expect(says("release: flask db upgrade\nweb: gunicorn app:app\nworker: rq worker\n")).toEqual([
      "Procfile: of its processes only web is run, not release, worker: put what a release has to do before the start command, and deploy the others as projects of their own, with --start-command",
    ]);
    expect(says("web: gunicorn app:app\nconsole: flask shell\n")).toEqual([]);
  });

  it("makes a worker of a program that has no web process", () => {
    expect(readingOf({ ...flask, Procfile: "worker: python app.py\nrelease: flask db upgrade\n" })).toMatchObject({
      kind: "worker",
      startCommand: "python app.py",
    });
  });
});

describe("a Procfile alone", () => {
  it("says how the program starts, and with what", () => {
    expect(readingOf({ Procfile: "web: PORT=$PORT java -jar service.jar\n" })).toMatchObject({
      kind: "server",
      runtime: "java",
      startCommand: "PORT=$PORT java -jar service.jar",
      confidence: 0.5,
    });
  });

  it("leaves the runtime open where the command does not name it", () => {
    expect(readingOf({ Procfile: "worker: bin/consume\n" })).toMatchObject({
      kind: "worker",
      runtime: "unknown",
      confidence: 0.35,
    });
  });

  it("yields to a manifest", () => {
    expect(
      readingOf({
        Procfile: "web: ./run\n",
        "go.mod": "module x\ngo 1.22\n",
        "main.go": "package main\nfunc main() {}\n",
      }).runtime,
    ).toBe("go");
  });
});
