import { describe, expect, it } from "vitest";
import { readingOf, readingsOf } from "./reading-of.ts";

const manage = `import os
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mysite.settings")
`;
const settings = `WSGI_APPLICATION = "mysite.wsgi.application"
DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql"}}
`;

describe("frameworks by the file that makes the application", () => {
  it.each([
    [
      "fastapi",
      { "requirements.txt": "fastapi\nuvicorn\n", "main.py": "from fastapi import FastAPI\napp = FastAPI()\n" },
      "uvicorn main:app --host 0.0.0.0 --port $PORT",
      8000,
    ],
    [
      "flask",
      { "requirements.txt": "flask\ngunicorn\n", "app.py": "from flask import Flask\napp = Flask(__name__)\n" },
      "gunicorn app:app --bind 0.0.0.0:$PORT",
      5000,
    ],
    [
      "flask",
      { "requirements.txt": "Flask==3.0\n", "hello.py": "from flask import Flask\nserver = Flask(__name__)\n" },
      "flask --app hello run --host 0.0.0.0 --port $PORT",
      5000,
    ],
    [
      "streamlit",
      { "requirements.txt": "streamlit\n", "dashboard.py": "import streamlit as st\nst.title('x')\n" },
      "streamlit run dashboard.py --server.address 0.0.0.0 --server.port $PORT",
      8501,
    ],
    [
      "gradio",
      { "requirements.txt": "gradio\n", "app.py": "import gradio as gr\ngr.Interface(fn=len).launch()\n" },
      "GRADIO_SERVER_NAME=0.0.0.0 GRADIO_SERVER_PORT=$PORT python app.py",
      7860,
    ],
    [
      "starlette",
      {
        "requirements.txt": "starlette\nuvicorn\n",
        "main.py": "from starlette.applications import Starlette\napp = Starlette()\n",
      },
      "uvicorn main:app --host 0.0.0.0 --port $PORT",
      8000,
    ],
    [
      "litestar",
      {
        "requirements.txt": "litestar\n",
        "app.py": "from litestar import Litestar\napp = Litestar(route_handlers=[])\n",
      },
      "uvicorn app:app --host 0.0.0.0 --port $PORT",
      8000,
    ],
    [
      "sanic",
      { "requirements.txt": "sanic\n", "server.py": "from sanic import Sanic\napp = Sanic('x')\n" },
      "sanic server:app --host 0.0.0.0 --port $PORT",
      8000,
    ],
    [
      "aiohttp",
      { "requirements.txt": "aiohttp\n", "main.py": "from aiohttp import web\nweb.run_app(web.Application())\n" },
      "python main.py",
      8080,
    ],
    [
      "tornado",
      {
        "requirements.txt": "tornado\n",
        "main.py": "import tornado.web\napp = tornado.web.Application([])\napp.listen(8888)\n",
      },
      "python main.py",
      8888,
    ],
  ])("%s", (framework, files, startCommand, port) => {
    expect(readingOf(files)).toMatchObject({ kind: "server", framework, startCommand, port });
  });

  it("takes the port its own program listens on", () => {
    const reading = readingOf({
      "requirements.txt": "fastapi\nuvicorn\n",
      "app/__init__.py": "",
      "app/main.py": "from fastapi import FastAPI\napp = FastAPI()\n",
      "main.py":
        'import os\nimport uvicorn\nif __name__ == "__main__":\n    port: int = int(os.getenv("APP_PORT", "8051"))\n    uvicorn.run("app.main:app", port=port)\n',
    });
    expect(reading.port).toBe(8051);
  });

  it("names the module of an application in a package", () => {
    const reading = readingOf({
      "pyproject.toml": '[project]\nname = "x"\ndependencies = ["fastapi"]\n',
      "app/__init__.py": "",
      "app/main.py": "from fastapi import FastAPI\nfrom app.routes import r\napp = FastAPI()\n",
      "app/routes.py": "r = 1\n",
    });
    expect(reading.startCommand).toBe("uvicorn app.main:app --host 0.0.0.0 --port $PORT");
  });

  it("starts in the directory the entry imports its neighbours from", () => {
    const reading = readingOf({
      "requirements.txt": "fastapi\n",
      "src/main.py": "from fastapi import FastAPI\nfrom routes import r\napp = FastAPI()\n",
      "src/routes.py": "r = 1\n",
    });
    expect(reading.startCommand).toBe("uvicorn --app-dir src main:app --host 0.0.0.0 --port $PORT");
  });

  it("calls a factory that nobody calls at the top level", () => {
    const reading = readingOf({
      "requirements.txt": "flask\ngunicorn\n",
      "app/__init__.py": "from flask import Flask\n\ndef create_app():\n    app = Flask(__name__)\n    return app\n",
    });
    expect(reading.startCommand).toBe("gunicorn 'app:create_app()' --bind 0.0.0.0:$PORT");
  });

  it("prefers the object made from a factory", () => {
    const reading = readingOf({
      "requirements.txt": "flask\ngunicorn\n",
      "app/__init__.py": "from flask import Flask\n\ndef create_app():\n    app = Flask(__name__)\n    return app\n",
      "wsgi.py": "from app import create_app\napplication = create_app()\n",
    });
    expect(reading.startCommand).toBe("gunicorn wsgi:application --bind 0.0.0.0:$PORT");
  });

  it("runs a program that serves itself on PORT", () => {
    const reading = readingOf({
      "requirements.txt": "flask\n",
      "main.py":
        'import os\nfrom flask import Flask\napp = Flask(__name__)\nif __name__ == "__main__":\n    app.run(host="0.0.0.0", port=int(os.environ.get("PORT", 8080)))\n',
    });
    expect(reading).toMatchObject({ startCommand: "python main.py", port: 8080 });
  });

  it("takes the port the code gives", () => {
    const reading = readingOf({
      "requirements.txt": "flask\n",
      "app.py": "from flask import Flask\napp = Flask(__name__)\nif __name__ == '__main__':\n    app.run(port=9000)\n",
    });
    expect(reading.port).toBe(9000);
  });

  it("sees a framework that is imported though no manifest names it", () => {
    expect(readingOf({ "app.py": "from flask import Flask\napp = Flask(__name__)\n" }).framework).toBe("flask");
  });
});

describe("Django", () => {
  const files = {
    "manage.py": manage,
    "mysite/settings.py": settings,
    "mysite/wsgi.py": "",
    "requirements.txt": "Django>=5\ngunicorn\npsycopg2-binary\n",
  };

  it("is served by the module its settings name", () => {
    expect(readingOf(files)).toMatchObject({
      framework: "django",
      kind: "server",
      port: 8000,
      startCommand: "gunicorn mysite.wsgi:application --bind 0.0.0.0:$PORT",
    });
  });

  it("runs its own server when there is no other", () => {
    expect(readingOf({ ...files, "requirements.txt": "django\n" }).startCommand).toBe(
      "python manage.py runserver 0.0.0.0:$PORT",
    );
  });

  it("collects static files where the settings name their directory", () => {
    const withRoot = { ...files, "mysite/settings.py": `${settings}STATIC_ROOT = BASE_DIR / "static"\n` };
    expect(readingOf(withRoot).buildCommand).toBe("python manage.py collectstatic --noinput");
  });

  it("builds its pages before it collects them", () => {
    const withPages = {
      ...files,
      "mysite/settings.py": `${settings}STATIC_ROOT = BASE_DIR / "static"\n`,
      "package.json": '{"scripts":{"build":"webpack"},"devDependencies":{"webpack":"5"}}',
      "package-lock.json": "{}",
    };
    expect(readingOf(withPages)).toMatchObject({
      runtime: "python",
      installCommand: "pip install -r requirements.txt && npm ci",
      buildCommand: "npm run build && python manage.py collectstatic --noinput",
    });
  });

  it("builds nothing without a directory for static files", () => {
    expect(readingOf(files).buildCommand).toBeUndefined();
  });

  it("reads the engine of a package of settings, production's too", () => {
    const split = {
      "manage.py": 'os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.local")\n',
      "config/settings/local.py": "from .base import *\n",
      "config/settings/base.py": "",
      "config/settings/production.py": 'DATABASES = {"default": {"ENGINE": "django.db.backends.mysql"}}\n',
      "requirements.txt": "django\n",
    };
    expect(readingOf(split).database).toEqual(["mysql"]);
  });

  it("asks for nothing that only Conda's environment beside requirements lists", () => {
    const both = {
      "app.py": "from flask import Flask\napp = Flask(__name__)\n",
      "requirements.txt": "flask\npsycopg2\n",
      "environment.yml": "dependencies:\n  - pip:\n    - flask\n    - pymysql\n",
    };
    expect(readingOf(both).database).toEqual(["postgres"]);
  });

  it("does not ask for SQLite where a server's database is used too", () => {
    const both = { ...files, "mysite/settings.py": `${settings}FALLBACK = {"ENGINE": "django.db.backends.sqlite3"}\n` };
    expect(readingOf(both).database).toEqual(["postgres"]);
  });

  it("starts where its manage.py lies", () => {
    const nested = {
      "requirements.txt": "django\ngunicorn\n",
      "shop/manage.py": manage,
      "shop/mysite/settings.py": settings,
      "shop/mysite/wsgi.py": "",
    };
    expect(readingOf(nested)).toMatchObject({
      framework: "django",
      startCommand: "cd shop && gunicorn mysite.wsgi:application --bind 0.0.0.0:$PORT",
    });
  });

  it("reads no settings in comments", () => {
    const commented = {
      ...files,
      "requirements.txt": "django\n",
      "mysite/settings.py": '# "ENGINE": "django.db.backends.oracle"\n',
    };
    expect(readingOf(commented).database).toEqual([]);
  });

  it("wins over a package.json that builds its assets and over a Dockerfile", () => {
    const reading = readingOf({
      ...files,
      "package.json": '{"scripts":{"build":"vite build"}}',
      Dockerfile: "FROM python:3\nCMD gunicorn\n",
    });
    expect(reading).toMatchObject({ framework: "django", confidence: 0.95 });
  });
});

describe("package managers", () => {
  const app = { "main.py": "from fastapi import FastAPI\napp = FastAPI()\n" };
  const project = '[project]\nname = "x"\ndependencies = ["fastapi"]\n';
  it.each([
    ["pip", { "requirements.txt": "fastapi\n" }],
    ["uv", { "pyproject.toml": project, "uv.lock": "" }],
    ["uv", { "pyproject.toml": `${project}[tool.uv]\ndev-dependencies = []\n` }],
    ["poetry", { "pyproject.toml": '[tool.poetry]\nname = "x"\n[tool.poetry.dependencies]\nfastapi = "*"\n' }],
    ["pdm", { "pyproject.toml": project, "pdm.lock": "" }],
    ["pipenv", { Pipfile: '[packages]\nfastapi = "*"\n' }],
    ["uv", { "pyproject.toml": project, "uv.lock": "", "requirements.txt": "fastapi\n" }],
    ["conda", { "environment.yml": "dependencies:\n  - python=3.11\n  - pip:\n    - fastapi\n" }],
  ])("%s", (packageManager, files) => {
    expect(readingOf({ ...app, ...files })).toMatchObject({ packageManager, framework: "fastapi" });
  });

  it("takes a member of a workspace for uv's when the lockfile is the root's", () => {
    const files = {
      "uv.lock": "",
      "pyproject.toml": '[tool.uv.workspace]\nmembers = ["api"]\n',
      "api/pyproject.toml": project,
      "api/main.py": app["main.py"],
    };
    expect(readingOf(files, "api").packageManager).toBe("uv");
  });
});

describe("versions of Python", () => {
  const app = { "requirements.txt": "flask\n", "app.py": "from flask import Flask\napp = Flask(__name__)\n" };
  it.each([
    ["3.12", { ".python-version": "3.12\n" }],
    ["3.11.4", { "runtime.txt": "python-3.11.4\n" }],
    ["3.10.1", { ".tool-versions": "nodejs 20.0.0\npython 3.10.1\n" }],
    ["3.13", { "mise.toml": '[tools]\npython = "3.13"\n' }],
    [">=3.11", { "pyproject.toml": '[project]\nname = "x"\nrequires-python = ">=3.11"\n' }],
    ["^3.10", { "pyproject.toml": '[tool.poetry.dependencies]\npython = "^3.10"\n' }],
    ["3.9", { Pipfile: '[packages]\n[requires]\npython_version = "3.9"\n' }],
    ["3.12", { ".python-version": "3.12\n", "pyproject.toml": '[project]\nrequires-python = ">=3.8"\n' }],
  ])("%s", (runtimeVersion, files) => {
    expect(readingOf({ ...app, ...files }).runtimeVersion).toBe(runtimeVersion);
  });
});

describe("what is no server", () => {
  it("is a package when it is published and has no entry", () => {
    const reading = readingOf({
      "pyproject.toml": '[project]\nname = "lib"\n[build-system]\nrequires = ["hatchling"]\n',
      "src/lib/__init__.py": "",
    });
    expect(reading.kind).toBe("package");
  });

  it("is a package when a plugin only depends on its framework", () => {
    const reading = readingOf({
      "setup.py": "setup(name='flask-x', install_requires=['flask'])",
      "flask_x.py": "from flask import request\n",
    });
    expect(reading.kind).toBe("package");
  });

  it("is a package when it extends its framework and says so to the index", () => {
    const reading = readingOf({
      "pyproject.toml":
        '[project]\nname = "flask-x"\nclassifiers = ["Framework :: Flask"]\ndependencies = ["flask"]\n[build-system]\nrequires = ["flit"]\n',
      "src/flask_x/app.py": "from flask import Flask\napp = Flask(__name__)\n",
    });
    expect(reading.kind).toBe("package");
    expect(reading.startCommand).toBeUndefined();
  });

  it("does not answer for a project inside another", () => {
    const reading = readingOf({
      "requirements.txt": "flask\n",
      "bot/setup.py": "setup(name='bot')\n",
      "bot/server.py": "from flask import Flask\napp = Flask(__name__)\n",
    });
    expect(reading.confidence).toBeLessThanOrEqual(0.2);
  });

  it("is a worker when Celery is all there is", () => {
    const reading = readingOf({
      "requirements.txt": "celery[redis]\n",
      "tasks.py": "from celery import Celery\napp = Celery('tasks')\n",
    });
    expect(reading).toMatchObject({
      kind: "worker",
      framework: "celery",
      startCommand: "celery --app tasks worker",
      database: ["redis"],
    });
  });

  it("is a worker when a bot calls itself web", () => {
    const reading = readingOf({
      "requirements.txt": "discord.py\n",
      Procfile: "web: python main.py\n",
      "main.py": "import discord\nclient = discord.Client()\nclient.run('x')\n",
    });
    expect(reading).toMatchObject({ kind: "worker", startCommand: "python main.py" });
  });

  it("is hardly anything when requirements stand without a program", () => {
    expect(readingOf({ "requirements.txt": "pytest\n" }).confidence).toBeLessThanOrEqual(0.2);
  });

  it("is nothing when Python lies in scripts only", () => {
    expect(
      readingsOf({ "package.json": "{}", "scripts/gen.py": "print(1)\n" }).filter(
        ({ runtime }) => runtime === "python",
      ),
    ).toEqual([]);
  });
});

describe("databases", () => {
  const app = { "main.py": "from fastapi import FastAPI\napp = FastAPI()\n" };
  it.each([
    ["postgres", "asyncpg"],
    ["postgres", "psycopg[binary]"],
    ["mysql", "PyMySQL==1.1"],
    ["mongodb", "motor"],
    ["redis", "redis>=5"],
    ["sqlite", "aiosqlite"],
    ["elasticsearch", "elasticsearch"],
  ])("%s by %s", (database, requirement) => {
    expect(readingOf({ ...app, "requirements.txt": `fastapi\n${requirement}\n` }).database).toEqual([database]);
  });

  it("reads SQLAlchemy's address", () => {
    const reading = readingOf({
      "requirements.txt": "fastapi\nsqlalchemy\n",
      "main.py":
        'from fastapi import FastAPI\napp = FastAPI()\nengine = create_engine("mysql+aiomysql://root@localhost/x")\n',
    });
    expect(reading.database).toEqual(["mysql"]);
  });

  it("says at which line of the requirements", () => {
    const reading = readingOf({ ...app, "requirements.txt": "# web\nfastapi\nasyncpg\n" });
    expect(reading.evidence).toContainEqual(
      expect.objectContaining({ field: "database", value: "postgres", at: "requirements.txt:3" }),
    );
  });

  it("takes the compose file's when the program names none", () => {
    const reading = readingOf({
      ...app,
      "requirements.txt": "fastapi\nsqlalchemy\n",
      "compose.yaml": "services:\n  db:\n    image: postgres:16\n",
    });
    expect(reading.database).toEqual(["postgres"]);
  });
});

describe("broken input", () => {
  it("reads on when pyproject.toml is broken", () => {
    const reading = readingOf({
      "pyproject.toml": "[project\nname=",
      "requirements.txt": "flask\n",
      "app.py": "from flask import Flask\napp = Flask(__name__)\n",
    });
    expect(reading.framework).toBe("flask");
  });

  it("reads requirements in UTF-16", () => {
    const reading = readingOf({
      "requirements.txt": Buffer.from("\ufeffflask\r\ngunicorn\r\n", "utf16le"),
      "app.py": "from flask import Flask\napp = Flask(__name__)\n",
    });
    expect(reading.startCommand).toBe("gunicorn app:app --bind 0.0.0.0:$PORT");
  });
});

describe("servers without a framework", () => {
  it.each([
    'import http.server\nhttp.server.HTTPServer(("0.0.0.0", 8217), Handler).serve_forever()',
    'import socketserver\nwith socketserver.TCPServer(("", 8217), Handler) as server:\n    server.serve_forever()',
  ])("are programs without a guard too: %j", (text) => {
    expect(readingOf({ "main.py": text })).toMatchObject({
      kind: "server",
      startCommand: "python main.py",
      port: 8217,
    });
  });

  it.each([
    [
      "ThreadingHTTPServer",
      'from http.server import ThreadingHTTPServer\nThreadingHTTPServer(("0.0.0.0", port), Handler).serve_forever()',
    ],
    [
      "TCPServer",
      'import socketserver\nwith socketserver.TCPServer(("", port), Handler) as server:\n  server.serve_forever()',
    ],
    ["wsgiref", 'from wsgiref.simple_server import make_server\nmake_server("", port, app).serve_forever()'],
    [
      "asyncio",
      'import asyncio\nasync def main():\n  await asyncio.start_server(handle, "0.0.0.0", port)\nasyncio.run(main())',
    ],
  ])("%s is one, at the port PORT falls back to", (_, body) => {
    const text = `import os\nport = int(os.environ.get("PORT", "8123"))\n${body}\nif __name__ == "__main__":\n  pass\n`;
    const reading = readingOf({ "main.py": text });
    expect(reading).toMatchObject({ kind: "server", runtime: "python", startCommand: "python main.py", port: 8123 });
    expect(reading.confidence).toBeGreaterThanOrEqual(0.6);
    expect(reading.framework).toBeUndefined();
  });

  it("a client that names such a class is none", () => {
    const text = 'import socket\ndef ask():\n  return HTTPServerError\nif __name__ == "__main__":\n  ask()\n';
    expect(readingOf({ "main.py": text }).kind).toBe("worker");
  });
});

const django = (text: string) => ({
  "requirements.txt": "django\npsycopg\nredis\n",
  "manage.py": 'os.environ.setdefault("DJANGO_SETTINGS_MODULE", "site.settings")\n',
  "site/settings.py": text,
});

describe("databases of Django", () => {
  it("are those of the settings, not of a driver they do not name", () => {
    const text =
      'DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3"}}\n# "ENGINE": "django.db.backends.postgresql"\n';
    expect(readingOf(django(text)).database.sort()).toEqual(["redis", "sqlite"]);
  });

  it("are those of the drivers where an address from outside decides", () => {
    const text =
      'import dj_database_url\nDATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3"}}\nDATABASES["default"] = dj_database_url.config()\n';
    expect(readingOf(django(text)).database.sort()).toEqual(["postgres", "redis"]);
  });
});

describe("a call deep below", () => {
  it("may be one tool among many", () => {
    const files = {
      "requirements.txt": "mcp\n",
      "agents/tools/sums/server.py": "from mcp import FastMCP\nFastMCP('x').run()\n",
    };
    expect(readingOf(files).confidence).toBeLessThan(0.6);
  });
});

describe("a manifest without a program", () => {
  it("is nothing that runs", () => {
    expect(readingOf({ "pyproject.toml": '[project]\nname = "x"\n' })).toMatchObject({
      kind: "package",
      confidence: 0.2,
    });
  });
});

describe("applications made from a class of the project's own", () => {
  it("are found", () => {
    const files = {
      "requirements.txt": "flask\ngunicorn\n",
      "shop/app.py":
        "from flask import Flask\nclass Shop(Flask):\n  pass\ndef create_app():\n  app = Shop()\n  return app\n",
      "shop/wsgi.py": "from shop.app import create_app\napp = create_app()\n",
    };
    expect(readingOf(files)).toMatchObject({
      framework: "flask",
      startCommand: "gunicorn shop.wsgi:app --bind 0.0.0.0:$PORT",
    });
  });
});

it("leaves a program that lies beside its own requirements to its folder, where the root depends on nothing", () => {
  const found = readingOf({
    Pipfile: "[packages]\n\n[requires]\npython_version = '3.13'\n",
    "backend/requirements.txt": "flask\n",
    "backend/run.py": "from flask import Flask\napp = Flask(__name__)\napp.run(port=5000)\n",
  });
  expect(found?.framework).toBeUndefined();
});

it("reads nothing of an environment that was committed, by whatever name", () => {
  expect(
    readingOf({
      "requirements.txt": "flask\n",
      "run.py": "from flask import Flask\napp = Flask(__name__)\n",
      "env/lib/python3.12/site-packages/psycopg2/__init__.py": "import sqlite3\n",
      "env/lib/python3.12/abc.py": 'URL = "postgres://localhost/a"\n',
    }),
  ).toMatchObject({ framework: "flask", database: [] });
});

it("takes a bot for one by what it imports, where nobody says what it depends on", () => {
  const files = {
    "shop_bot.py": "import discord\nimport pages\nif __name__ == '__main__':\n    discord.Client().run(token)\n",
    "pages.py": "import aiohttp.web\n\ndef start():\n    app = aiohttp.web.Application()\n    return app\n",
  };
  expect(readingOf(files)).toMatchObject({ kind: "worker", startCommand: "python shop_bot.py" });
});

it("takes a bot of interactions.py with pages of its own for a bot", () => {
  const reading = readingOf({
    "requirements.txt": "discord-py-interactions==5.16.0\nfastapi\nuvicorn\n",
    "main.py": "import interactions\nbot = interactions.Client()\nbot.start()\n",
    "src/web/app.py": "from fastapi import FastAPI\ndef create_app():\n    return FastAPI()\n",
    Dockerfile: 'FROM python\nCMD ["python", "main.py"]\n',
  });
  expect(reading).toMatchObject({ kind: "worker", startCommand: "python main.py" });
});

it("starts a bot as its container does, whatever documents lie beside it", () => {
  const reading = readingOf({
    "requirements.txt": "python-telegram-bot\n",
    "mkdocs.yml": "site_name: Bot\n",
    "bot/__init__.py": "",
    "bot/__main__.py": "from telegram.ext import Application\nApplication.builder().build().run_polling()\n",
    Dockerfile: 'FROM python\nCMD ["python", "-m", "bot"]\n',
  });
  expect(reading).toMatchObject({ kind: "worker", startCommand: "python -m bot" });
});

it("is no library where a folder says how its container is built", () => {
  const reading = readingOf({
    "requirements.txt": "fastapi\nuvicorn\n",
    "setup.py": "from setuptools import setup\nsetup(name='hooks',\n  classifiers=['Framework :: FastAPI'])\n",
    "src/main.py": "from fastapi import FastAPI\napp = FastAPI()\n",
    "docker/Dockerfile": "FROM python\nCMD uvicorn src.main:app\n",
  });
  expect(reading).toMatchObject({ kind: "server", framework: "fastapi" });
});

it("runs a bot by the command its package installs", () => {
  const files = {
    "pyproject.toml":
      '[build-system]\nrequires = ["setuptools"]\n[project]\nname = "chat"\nversion = "1"\ndependencies = ["discord.py"]\n[project.scripts]\nchat-bot = "chat.cli:main"\n',
    "chat/__init__.py": "",
    "chat/cli.py": "import discord\ndef main():\n    discord.Client().run(load())\n",
  };
  expect(readingOf(files)).toMatchObject({ kind: "worker", startCommand: "chat-bot" });
});
