import { describe, expect, it } from "vitest";
import { readingOf } from "./reading-of.ts";

const flask = {
  "requirements.txt": "flask\ngunicorn\n",
  "app.py": "from flask import Flask\napp = Flask(__name__)\n",
};
const fastapi = {
  "requirements.txt": "fastapi\nuvicorn\n",
  "app/main.py": "from fastapi import FastAPI\napp = FastAPI()\n",
};

describe("the written start command", () => {
  it.each([
    [
      "railway.json",
      '{ "deploy": { "startCommand": "gunicorn app:app --threads 4" } }',
      "gunicorn app:app --threads 4",
    ],
    [
      "nixpacks.toml",
      '[start]\ncmd = "flask db upgrade && gunicorn -b :5001 app:app"\n',
      "flask db upgrade && gunicorn -b :$PORT app:app",
    ],
    ["render.yaml", "services:\n  - type: web\n    startCommand: ./start.sh\n", "gunicorn app:app -w 2"],
  ])("of %s wins", (name, text, command) => {
    const files = { ...flask, "start.sh": "#!/bin/sh\nset -e\nexec gunicorn app:app \\\n  -w 2\n", [name]: text };
    expect(readingOf(files).startCommand).toBe(command);
  });

  it("yields to a Procfile", () => {
    const files = {
      ...flask,
      Procfile: "web: gunicorn app:app --log-file -\n",
      "railway.json": '{ "deploy": { "startCommand": "gunicorn other:app" } }',
    };
    expect(readingOf(files).startCommand).toBe("gunicorn app:app --log-file -");
  });

  it("of a Dockerfile is told the port and loses what only the container needs", () => {
    const files = {
      ...fastapi,
      Dockerfile:
        'FROM python\nENTRYPOINT ["/entrypoint.sh"]\nCMD ["poetry", "run", "uvicorn", "app.main:app", "--host", "0.0.0.0", "--port", "9000"]\n',
    };
    expect(readingOf(files)).toMatchObject({
      startCommand: "uvicorn app.main:app --host 0.0.0.0 --port $PORT",
      port: 9000,
    });
  });

  it("of the compose file for production comes before the one for development", () => {
    const files = {
      "docker-compose.yml": "services:\n  web:\n    build: .\n    command: python manage.py run\n",
      "docker-compose.prod.yml": "services:\n  web:\n    build: .\n    command: gunicorn --bind 0.0.0.0:5001 app:app\n",
      Dockerfile: "FROM python\nCMD gunicorn other:app\n",
      ...flask,
    };
    expect(readingOf(files)).toMatchObject({ startCommand: "gunicorn --bind 0.0.0.0:$PORT app:app", port: 5001 });
  });

  it("gives a server that has no port one", () => {
    const files = {
      ...fastapi,
      Dockerfile: "FROM python\nCMD alembic upgrade head && uvicorn --host=0.0.0.0 app.main:app\n",
    };
    expect(readingOf(files).startCommand).toBe("uvicorn --host=0.0.0.0 app.main:app --port $PORT");
  });

  it.each([
    ["names a module that is not there", 'CMD ["uvicorn", "src.api:app"]'],
    ["is for development", 'CMD ["uvicorn", "app.main:app", "--reload"]'],
    ["takes no port", 'CMD ["python", "run.py"]'],
    ["needs a shell", "CMD uvicorn app.main:app | tee log"],
  ])("is left where it %s", (_, line) => {
    expect(readingOf({ ...fastapi, Dockerfile: `FROM python\n${line}\n` }).startCommand).toBe(
      "uvicorn app.main:app --host 0.0.0.0 --port $PORT",
    );
  });

  it("is not taken for a program that is built elsewhere", () => {
    const files = {
      "go.mod": "module x\ngo 1.22\n",
      "main.go": 'package main\nfunc main() { http.ListenAndServe(":80", nil) }\n',
      "railway.json": '{ "deploy": { "startCommand": "/out/server $PORT" } }',
    };
    expect(readingOf(files).startCommand).toBe("./app");
  });

  it("brings its own build for a release", () => {
    const files = {
      "mix.exs": 'defmodule A do\n def project, do: [app: :shop, deps: [{:phoenix, "~> 1.7"}]]\nend\n',
      "nixpacks.toml":
        '[phases.build]\ncmds = ["mix compile", "mix release web"]\n[start]\ncmd = "_build/prod/rel/web/bin/web start"\n',
    };
    expect(readingOf(files)).toMatchObject({
      buildCommand: "MIX_ENV=prod mix compile && MIX_ENV=prod mix release web",
      startCommand: "_build/prod/rel/web/bin/web start",
    });
  });
});

describe("gunicorn's settings", () => {
  it.each([
    ["gunicorn.conf.py", "gunicorn app:app", 'bind = ["[::]:{}".format(os.environ.get("PORT", 5006))]\n', 5006],
    ["settings/gunicorn.py", "gunicorn -c settings/gunicorn.py app:app", 'bind = "0.0.0.0:8080"\n', 8080],
    [
      "config/gunicorn.py",
      "gunicorn -c python:config.gunicorn app:app",
      "bind = f\"0.0.0.0:{os.getenv('PORT', '8001')}\"\n",
      8001,
    ],
  ])("tell the port: %s", (name, command, text, port) => {
    expect(readingOf({ ...flask, Procfile: `web: ${command}\n`, [name]: text }).port).toBe(port);
  });
});
