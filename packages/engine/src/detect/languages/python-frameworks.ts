/** Python's web, application and worker frameworks: what names them, how they start, where they listen. Data only. */

export interface PythonFramework {
  slug: string;
  /** Normalised names on PyPI (lower case, hyphens). */
  packages: readonly string[];
  kind: "server" | "worker" | "static";
  /** Name whose call makes the application object, such as `FastAPI` in `app = FastAPI()`. */
  constructs?: readonly string[];
  /** Text of a file that runs it, when no object is made. */
  runs?: RegExp;
  /** How the object is served when nothing else says so; `{module}`, `{object}` and `{file}` are filled. */
  start: string;
  /** Same, when one of these packages is there too; the first that is wins. */
  startWith?: readonly { package: string; start: string }[];
  port?: number;
}

const gunicorn = { package: "gunicorn", start: "gunicorn {target} --bind 0.0.0.0:$PORT" };
const gunicornAsgi = {
  package: "gunicorn",
  start: "gunicorn {target} -k uvicorn.workers.UvicornWorker --bind 0.0.0.0:$PORT",
};
const waitress = { package: "waitress", start: "waitress-serve --host 0.0.0.0 --port $PORT {target}" };
const uvicorn = { package: "uvicorn", start: "uvicorn {target} --host 0.0.0.0 --port $PORT" };
const hypercorn = { package: "hypercorn", start: "hypercorn {target} --bind 0.0.0.0:$PORT" };
const granian = { package: "granian", start: "granian --interface asgi {target} --host 0.0.0.0 --port $PORT" };

/** The order is the order of trust: what a project is built on before what it uses. Django is read by its settings, elsewhere. */
export const pythonFrameworks: readonly PythonFramework[] = [
  {
    slug: "fasthtml",
    packages: ["python-fasthtml"],
    kind: "server",
    constructs: ["FastHTML", "fast_app"],
    start: "python {file}",
    startWith: [],
    port: 5001,
  },
  {
    slug: "fastapi",
    packages: ["fastapi", "fastapi-slim"],
    kind: "server",
    constructs: ["FastAPI"],
    start: "uvicorn {target} --host 0.0.0.0 --port $PORT",
    startWith: [uvicorn, hypercorn, granian, gunicornAsgi],
    port: 8000,
  },
  {
    slug: "litestar",
    packages: ["litestar", "starlite"],
    kind: "server",
    constructs: ["Litestar", "Starlite"],
    start: "uvicorn {target} --host 0.0.0.0 --port $PORT",
    startWith: [uvicorn, hypercorn],
    port: 8000,
  },
  {
    slug: "flask",
    packages: ["flask", "flask-restful", "flask-restx", "apiflask", "connexion", "flask-openapi3"],
    kind: "server",
    constructs: ["Flask", "APIFlask", "OpenAPI", "FlaskApp"],
    start: "flask --app {module} run --host 0.0.0.0 --port $PORT",
    startWith: [gunicorn, waitress],
    port: 5000,
  },
  {
    slug: "quart",
    packages: ["quart"],
    kind: "server",
    constructs: ["Quart"],
    start: "hypercorn {target} --bind 0.0.0.0:$PORT",
    startWith: [hypercorn, uvicorn],
    port: 5000,
  },
  {
    slug: "sanic",
    packages: ["sanic"],
    kind: "server",
    constructs: ["Sanic"],
    start: "sanic {target} --host 0.0.0.0 --port $PORT",
    port: 8000,
  },
  {
    slug: "robyn",
    packages: ["robyn"],
    kind: "server",
    constructs: ["Robyn"],
    start: "python {file}",
    port: 8080,
  },
  {
    slug: "dash",
    packages: ["dash"],
    kind: "server",
    constructs: ["Dash"],
    start: "python {file}",
    port: 8050,
  },
  {
    slug: "streamlit",
    packages: ["streamlit"],
    kind: "server",
    runs: /^[ \t]*(import streamlit|from streamlit)\b/m,
    start: "streamlit run {file} --server.address 0.0.0.0 --server.port $PORT",
    port: 8501,
  },
  {
    slug: "chainlit",
    packages: ["chainlit"],
    kind: "server",
    runs: /^[ \t]*(import chainlit|from chainlit)\b/m,
    start: "chainlit run {file} --host 0.0.0.0 --port $PORT",
    port: 8000,
  },
  {
    slug: "gradio",
    packages: ["gradio"],
    kind: "server",
    runs: /\.launch\(/,
    start: "GRADIO_SERVER_NAME=0.0.0.0 GRADIO_SERVER_PORT=$PORT python {file}",
    port: 7860,
  },
  {
    slug: "nicegui",
    packages: ["nicegui"],
    kind: "server",
    runs: /\bui\.run(_with)?\(/,
    start: "python {file}",
    port: 8080,
  },
  {
    slug: "reflex",
    packages: ["reflex"],
    kind: "server",
    runs: /\b(rx|reflex)\.App\(/,
    start: "reflex run --env prod",
    port: 3000,
  },
  {
    slug: "panel",
    packages: ["panel"],
    kind: "server",
    runs: /\.servable\(/,
    start: "panel serve {file} --address 0.0.0.0 --port $PORT",
    port: 5006,
  },
  {
    slug: "aiohttp",
    packages: ["aiohttp"],
    kind: "server",
    runs: /\bweb\.(run_app|Application|AppRunner)\(/,
    start: "python {file}",
    port: 8080,
  },
  {
    slug: "tornado",
    packages: ["tornado"],
    kind: "server",
    runs: /\bweb\.Application\b|tornado\.httpserver|tornado\.web/,
    start: "python {file}",
    port: 8888,
  },
  {
    slug: "falcon",
    packages: ["falcon"],
    kind: "server",
    runs: /\bfalcon\.(asgi\.)?(App|API)\(/,
    constructs: ["falcon.App", "falcon.API", "falcon.asgi.App"],
    start: "gunicorn {target} --bind 0.0.0.0:$PORT",
    startWith: [gunicorn, uvicorn, waitress],
    port: 8000,
  },
  {
    slug: "bottle",
    packages: ["bottle"],
    kind: "server",
    runs: /\b(bottle\.run|run)\(|\bBottle\(/,
    constructs: ["Bottle"],
    start: "python {file}",
    startWith: [],
    port: 8080,
  },
  {
    slug: "pyramid",
    packages: ["pyramid"],
    kind: "server",
    runs: /\bConfigurator\(/,
    start: "pserve production.ini",
    port: 6543,
  },
  {
    slug: "cherrypy",
    packages: ["cherrypy"],
    kind: "server",
    runs: /\bcherrypy\.quickstart\(/,
    start: "python {file}",
    port: 8080,
  },
  {
    slug: "starlette",
    packages: ["starlette"],
    kind: "server",
    constructs: ["Starlette"],
    start: "uvicorn {target} --host 0.0.0.0 --port $PORT",
    startWith: [uvicorn, hypercorn, granian],
    port: 8000,
  },
  {
    slug: "fastmcp",
    packages: ["fastmcp", "mcp"],
    kind: "server",
    runs: /\bFastMCP\(/,
    start: "python {file}",
    port: 8000,
  },
  {
    slug: "celery",
    packages: ["celery"],
    kind: "worker",
    constructs: ["Celery"],
    start: "celery --app {module} worker",
  },
  {
    slug: "dramatiq",
    packages: ["dramatiq"],
    kind: "worker",
    runs: /@(dramatiq\.)?actor\b/,
    start: "dramatiq {module}",
  },
  {
    slug: "arq",
    packages: ["arq"],
    kind: "worker",
    runs: /class WorkerSettings\b/,
    start: "arq {module}.WorkerSettings",
  },
];

/** Libraries of bots that keep a connection of their own to where people chat. */
export const chatBots: readonly string[] = [
  "discord-py",
  "py-cord",
  "nextcord",
  "disnake",
  "discord",
  "discord-py-interactions",
  "python-telegram-bot",
  "aiogram",
  "pytelegrambotapi",
  "telethon",
  "pyrogram",
];

/** Packages of programs that run for ever without listening: bots, schedulers, streams. */
export const pythonWorkers: readonly string[] = [
  ...chatBots,
  "slack-bolt",
  "tweepy",
  "apscheduler",
  "schedule",
  "rq",
  "faust",
  "faust-streaming",
  "kafka-python",
  "confluent-kafka",
  "praw",
  "twitchio",
];

/** Names under which an entry lies, best first. */
export const entryNames: readonly string[] = [
  "wsgi.py",
  "asgi.py",
  "main.py",
  "app.py",
  "server.py",
  "application.py",
  "api.py",
  "run.py",
  "index.py",
  "streamlit_app.py",
  "Home.py",
  "web.py",
  "__main__.py",
  "__init__.py",
  "bot.py",
  "worker.py",
  "tasks.py",
  "celery.py",
];
