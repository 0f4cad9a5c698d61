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
    expect(readingOf({ ...flask, Procfile: "web: gunicorn app:app\n" })).toMatchObject({
      startCommand: "gunicorn app:app",
      port: 8000,
    });
  });

  it("says which port the program falls back on", () => {
    const files = {
      ...flask,
      Procfile: 'web: sh -c "flask db upgrade && gunicorn app:app --bind 0.0.0.0:${PORT:-8090}"\n',
    };
    expect(readingOf(files).port).toBe(8090);
  });

  it("says what a release runs first, and what works beside the program", () => {
    const found = detected({
      ...flask,
      Procfile: "release: flask db upgrade\nworker: rq worker\nweb: gunicorn app:app\n",
    });
    expect(found).toMatchObject({
      releaseCommand: "flask db upgrade",
      processes: [{ name: "worker", startCommand: "rq worker" }],
    });
    expect(found.services[0]).toMatchObject({ releaseCommand: "flask db upgrade", processes: [{ name: "worker" }] });
    expect(found.evidence).toContainEqual(
      expect.objectContaining({ field: "processes", value: "rq worker", at: "Procfile:2" }),
    );
  });

  it("has no processes in what is run by hand, or is the same program again", () => {
    const found = detected({
      ...flask,
      Procfile: "web: gunicorn app:app\nconsole: flask shell\nmigrate: flask db upgrade\nworker: gunicorn app:app\n",
    });
    expect(found.processes).toBeUndefined();
    expect(found.releaseCommand).toBeUndefined();
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

describe("what a release runs first", () => {
  it("is read in the settings of platforms too", () => {
    const says = (file: string, text: string): string | undefined =>
      detected({ ...flask, [file]: text }).releaseCommand;
    expect(says("fly.toml", '[deploy]\nrelease_command = "flask db upgrade"\n')).toBe("flask db upgrade");
    expect(says("railway.json", '{"deploy":{"preDeployCommand":["flask db upgrade","flask seed"]}}')).toBe(
      "flask db upgrade && flask seed",
    );
    expect(says("render.yaml", "services:\n  - type: web\n    preDeployCommand: flask db upgrade\n")).toBe(
      "flask db upgrade",
    );
  });

  it("is no file of an image", () => {
    expect(detected({ ...flask, "fly.toml": '[deploy]\nrelease_command = "/app/bin/migrate"\n' }).releaseCommand).toBe(
      undefined,
    );
  });
});
