/**
 * How long detection takes: 150 small projects and 40 of 60 to 300 files one after the other in one process, and a tree of 10,000 files;
 * with variables and without. Cold is the first time in a process, warm the later ones. Each row has a process of its own.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { detect } from "@landfall/engine/detect/detect";
import { median, percentile } from "./landfall.ts";

const targetMs = { small: 10, grown: 10, large: 200 };
const smallProjects = 150;
const grownProjects = 40;
const largeFiles = 10_000;

type Size = keyof typeof targetMs;
type Files = Record<string, string>;

/** What one process measured, in milliseconds. */
interface Times {
  cold: number[];
  warm: number[];
  /** Processor time of one detection, on average: what it takes whatever else the machine does. */
  cpu: { cold: number; warm: number };
}

function packageJson(name: string, scripts: Record<string, string>, ...dependencies: string[]): Files {
  const versions = Object.fromEntries(dependencies.map((dependency) => [dependency, "^1.0.0"]));
  return {
    "package.json": JSON.stringify(
      { name, version: "1.0.0", type: "module", scripts, dependencies: versions },
      null,
      2,
    ),
    "package-lock.json": JSON.stringify({ name, lockfileVersion: 3, requires: true, packages: {} }),
    ".gitignore": "node_modules\ndist\n.env\n",
    "README.md": `# ${name}\n\nRun it with npm start.\n`,
  };
}

const viteScripts = { dev: "vite", build: "tsc -b && vite build", preview: "vite preview" };

function server(framework: string): Files {
  return {
    ...packageJson(
      `${framework}-api`,
      { start: "node src/server.js", dev: "node --watch src/server.js" },
      framework,
      "pg",
    ),
    "src/server.js": `import create from "${framework}";\nconst app = create();\napp.listen(process.env.PORT || 3000);\nconst url = process.env.DATABASE_URL;\n`,
    "src/auth.js": `export const secret = process.env.JWT_SECRET;\n${script(3)}`,
    ".env.example": "DATABASE_URL=postgresql://user:password@localhost:5432/app\nJWT_SECRET=\n",
  };
}

/** Kinds of projects in the proportions people bring them: JavaScript above all. */
const projects: (() => Files)[] = [
  () => ({
    ...packageJson("vite-react", viteScripts, "vite", "react", "react-dom", "@vitejs/plugin-react"),
    "vite.config.ts":
      'import { defineConfig } from "vite";\nexport default defineConfig({ build: { outDir: "build" } });\n',
    "index.html": '<div id="root"></div><script type="module" src="/src/main.tsx"></script>',
    "src/main.tsx": "const url = import.meta.env.VITE_API_URL;\n",
    ...modules("src/components", 14),
  }),
  () => ({
    ...packageJson("next-app", { build: "next build", start: "next start" }, "next", "react", "@prisma/client"),
    "next.config.mjs": 'export default { images: { remotePatterns: [{ hostname: "example.com" }] } };\n',
    "prisma/schema.prisma": 'datasource db {\n  provider = "postgresql"\n  url = env("DATABASE_URL")\n}\n',
    "app/page.tsx": "export default function Page() { return null; }\n",
    ...modules("app/parts", 18),
  }),
  () => ({
    ...packageJson("astro-site", { build: "astro build" }, "astro"),
    "astro.config.mjs":
      'import { defineConfig } from "astro/config";\nexport default defineConfig({ output: "static" });\n',
    "src/pages/index.astro": "<h1>Hello</h1>\n",
    ...pages("src/content/notes", 12),
  }),
  () => ({
    ...packageJson("kit", { build: "vite build" }, "@sveltejs/kit", "@sveltejs/adapter-node", "svelte", "vite"),
    "svelte.config.js":
      'import adapter from "@sveltejs/adapter-node";\nexport default { kit: { adapter: adapter() } };\n',
    "src/routes/+page.svelte": "<h1>Hello</h1>\n",
    ...modules("src/lib", 8),
  }),
  () => server("express"),
  () => server("fastify"),
  () => server("koa"),
  () => ({
    ...packageJson(
      "nest-app",
      { build: "nest build", "start:prod": "node dist/main" },
      "@nestjs/core",
      "@nestjs/common",
    ),
    "nest-cli.json": '{ "sourceRoot": "src" }',
    "src/main.ts":
      "import { NestFactory } from '@nestjs/core';\nconst app = await NestFactory.create(Object);\nawait app.listen(3000);\n",
    ...modules("src/parts", 20),
  }),
  () => ({
    "requirements.txt": "flask==3.0.0\ngunicorn==22.0.0\nredis\n",
    "app.py": 'import os\nfrom flask import Flask\napp = Flask(__name__)\nkey = os.environ["SECRET_KEY"]\n',
    ...Object.fromEntries(range(8).map((number) => [`views/view_${number}.py`, python(number)])),
  }),
  () => ({
    "pyproject.toml": '[project]\nname = "site"\nrequires-python = ">=3.12"\ndependencies = ["django", "psycopg"]\n',
    "manage.py": 'import os\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "site.settings")\n',
    "site/settings.py":
      'import os\nSECRET_KEY = os.environ["SECRET_KEY"]\nWSGI_APPLICATION = "site.wsgi.application"\n',
    "site/wsgi.py": "application = None\n",
    ...Object.fromEntries(range(15).map((number) => [`parts/part_${number}.py`, python(number)])),
  }),
  () => ({
    "go.mod": "module example.com/api\n\ngo 1.23\n\nrequire github.com/gin-gonic/gin v1.10.0\n",
    "main.go":
      'package main\n\nimport ("os"; "github.com/gin-gonic/gin")\n\nfunc main() { gin.Default().Run(":" + os.Getenv("PORT")) }\n',
    ...Object.fromEntries(range(6).map((number) => [`internal/part${number}/part.go`, `package part${number}\n`])),
  }),
  () => ({
    Gemfile: 'source "https://rubygems.org"\nruby "3.3.0"\ngem "rails", "~> 7.1"\ngem "pg"\n',
    "config/application.rb": 'require "rails/all"\n',
    "config/database.yml": "production:\n  adapter: postgresql\n  url: <%= ENV['DATABASE_URL'] %>\n",
    "config.ru": 'require_relative "config/environment"\nrun Rails.application\n',
  }),
  () => ({
    "Cargo.toml": '[package]\nname = "api"\nversion = "0.1.0"\nedition = "2021"\n\n[dependencies]\nactix-web = "4"\n',
    "src/main.rs": 'fn main() { let _ = std::env::var("DATABASE_URL"); }\n',
  }),
  () => ({ "index.html": "<!doctype html><title>Page</title>", "style.css": "body {}\n", ...pages("notes", 5) }),
  () => ({
    "package.json": JSON.stringify({ name: "whole", private: true, workspaces: ["apps/*"] }),
    "package-lock.json": "{}",
    ...below("apps/web", projects[0]!()),
    ...below("apps/api", server("express")),
  }),
];

/** Projects people have worked on for months: pages, components, routes, clients of vendors, tests, and an example of the variables. */
const grownKinds: ((files: number) => Files)[] = [
  (files) => ({
    ...packageJson(
      "shop",
      { dev: "next dev", build: "prisma generate && next build", start: "next start", lint: "eslint ." },
      "next",
      "react",
      "@prisma/client",
      "next-auth",
      "stripe",
      "resend",
      "openai",
      "zod",
    ),
    "next.config.mjs": 'export default { images: { remotePatterns: [{ hostname: "example.com" }] } };\n',
    "tsconfig.json": '{ "compilerOptions": { "strict": true, "paths": { "@/*": ["./src/*"] } } }',
    "prisma/schema.prisma": 'datasource db {\n  provider = "postgresql"\n  url = env("DATABASE_URL")\n}\n',
    "src/env.ts": schemaOf(["DATABASE_URL", "NEXTAUTH_SECRET", "STRIPE_SECRET_KEY", "RESEND_API_KEY"]),
    "src/lib/auth.ts":
      'import NextAuth from "next-auth";\nimport GitHub from "next-auth/providers/github";\nexport const { auth } = NextAuth({ providers: [GitHub({ clientId: process.env.GITHUB_ID!, clientSecret: process.env.GITHUB_SECRET! })] });\n',
    ".env.example": exampleOf(["DATABASE_URL", "NEXTAUTH_SECRET", "STRIPE_SECRET_KEY", "RESEND_API_KEY", "GITHUB_ID"]),
    ...components("src/components", files * 0.6),
    ...routes("src/app/api", files * 0.2, "ts"),
    ...clients("src/lib", files * 0.1),
    ...modules("src/tests", files * 0.1),
  }),
  (files) => ({
    ...server("express"),
    ...routes("src/routes", files * 0.4, "js"),
    ...clients("src/services", files * 0.3),
    ...modules("test", files * 0.2),
    ...below("client", { ...projects[0]!(), ...components("src/pages", files * 0.1) }),
    Dockerfile: 'FROM node:22\nCOPY . .\nRUN npm ci\nEXPOSE 3000\nCMD ["node", "src/server.js"]\n',
    "docker-compose.yml":
      "services:\n  web:\n    build: .\n    ports: ['3000:3000']\n  db:\n    image: postgres:17\n    environment:\n      POSTGRES_PASSWORD: password\n",
  }),
  (files) => ({
    ...projects[9]!(),
    ...Object.fromEntries(
      range(files * 0.9).map((number) => [`parts/app_${number % 8}/views_${number}.py`, view(number)]),
    ),
    ".env.example": exampleOf(["SECRET_KEY", "DATABASE_URL", "EMAIL_HOST_PASSWORD"]),
  }),
  (files) => ({
    "package.json": JSON.stringify({ name: "whole", private: true, workspaces: ["apps/*", "packages/*"] }),
    "package-lock.json": "{}",
    ...below("apps/web", { ...projects[1]!(), ...components("app/components", files * 0.3) }),
    ...below("apps/api", { ...server("fastify"), ...routes("src/routes", files * 0.2, "ts") }),
    ...below("apps/site", { ...projects[2]!(), ...components("src/components", files * 0.1) }),
    ...below("packages/ui", {
      ...packageJson("@whole/ui", { build: "tsc" }, "react"),
      ...components("src", files * 0.2),
    }),
    ...below("packages/core", {
      ...packageJson("@whole/core", { build: "tsc" }, "zod"),
      ...clients("src", files * 0.2),
    }),
  }),
];

function grown(number: number): Files {
  return grownKinds[number % grownKinds.length]!(60 + ((number * 37) % 240));
}

function schemaOf(keys: string[]): string {
  const fields = keys.map((key) => `  ${key}: z.string().min(1),\n`).join("");
  return `import { z } from "zod";\nexport const env = z.object({\n${fields}}).parse(process.env);\n`;
}

function exampleOf(keys: string[]): string {
  return keys.map((key) => `# What ${key} is for\n${key}=\n`).join("\n");
}

function components(folder: string, count: number): Files {
  return Object.fromEntries(
    range(count).map((number) => [
      `${folder}/part-${number % 9}/card-${number}.tsx`,
      `"use client";\n\nimport { useState } from "react";\nimport { cn } from "@/lib/utils";\n\n${range(
        4 + (number % 5),
      )
        .map(
          (part) =>
            `// Part ${part} of a card that doesn't do much\nexport function Card${part}({ title, items }: { title: string; items: string[] }) {\n  const [open, setOpen] = useState(false);\n  return (\n    <section className={cn("rounded border p-4", open && "shadow-lg")}>\n      <h2 onClick={() => setOpen(!open)}>{title}</h2>\n      <ul>{items.map((item) => <li key={item} className="text-sm">{item.replace(/\\s+/g, " ")}</li>)}</ul>\n    </section>\n  );\n}\n`,
        )
        .join("\n")}`,
    ]),
  );
}

function routes(folder: string, count: number, ending: string): Files {
  return Object.fromEntries(
    range(count).map((number) => [
      `${folder}/thing-${number}/route.${ending}`,
      `import { findThings } from "../../services/things-${number}";\n\nconst limit = Number(process.env.THINGS_LIMIT ?? 20);\n\n${range(
        5,
      )
        .map(
          (part) =>
            `export async function handle${part}(request, response) {\n  const { searchParams } = new URL(request.url, "http://localhost");\n  const things = await findThings({ page: searchParams.get("page"), limit });\n  if (things.length === 0) return response.status(404).json({ error: "there's nothing" });\n  return response.json({ things, config: { part: ${part} } });\n}\n`,
        )
        .join("\n")}`,
    ]),
  );
}

/** Each asks for a key of its vendor in one of the ways people do. */
function clients(folder: string, count: number): Files {
  return Object.fromEntries(
    range(count).map((number) => {
      const key = `VENDOR_${number}_API_KEY`;
      const ways = [
        `if (!process.env.${key}) throw new Error("${key} is missing");\n`,
        `const key = process.env.${key} || "";\n`,
        `const { ${key}: key } = process.env;\n`,
        `const key = process.env["${key}"]!;\n`,
      ];
      return [`${folder}/vendor-${number}.ts`, ways[number % ways.length]! + script(number + 1)];
    }),
  );
}

function view(number: number): string {
  const read = number % 6 === 0 ? `KEY = os.environ.get("SERVICE_${number}_KEY")\n` : "";
  return `import os\nfrom django.http import JsonResponse\nfrom django.views import View\n\n${read}\n${range(6)
    .map(
      (part) =>
        `class Thing${part}View(View):\n    """Shows thing ${part}; there's one a page."""\n\n    def get(self, request, pk):\n        thing = self.model.objects.filter(pk=pk, owner=request.user).first()  # one at most\n        if thing is None:\n            return JsonResponse({"error": "not found"}, status=404)\n        return JsonResponse({"id": thing.pk, "name": thing.name})\n`,
    )
    .join("\n\n")}`;
}

/** A workspace that has grown for years: 12 applications, 60 packages, translations, images, documents, scripts, end-to-end tests. */
function largeTree(): Files {
  const files: Files = {
    "package.json": JSON.stringify({ name: "large", private: true, workspaces: ["apps/*", "packages/*"] }),
    "package-lock.json": "{}",
    "turbo.json": '{ "tasks": { "build": { "dependsOn": ["^build"] } } }',
    ...pages("docs", 600),
  };
  for (const number of range(12)) {
    const kind = projects[number % 8]!;
    Object.assign(files, below(`apps/app-${number}`, kind()), modules(`apps/app-${number}/src/features`, 200));
    Object.assign(files, assets(`apps/app-${number}/public`, 120));
  }
  for (const number of range(60)) {
    const name = `packages/part-${number}`;
    Object.assign(
      files,
      below(name, packageJson(`@large/part-${number}`, { build: "tsc" })),
      modules(`${name}/src`, 55),
    );
  }
  for (const number of range(400)) files[`tools/script_${number}.py`] = python(number);
  for (const number of range(1_200)) files[`locales/${number % 30}/part-${number}.json`] = '{ "hello": "Hello" }\n';
  Object.assign(files, assets("assets", largeFiles - Object.keys(files).length));
  return files;
}

function range(count: number): number[] {
  return Array.from({ length: Math.round(count) }, (_none, number) => number);
}

function below(folder: string, files: Files): Files {
  return Object.fromEntries(Object.entries(files).map(([path, text]) => [`${folder}/${path}`, text]));
}

/** Some 2 kB of TypeScript, as much as a component has; each tenth reads a variable. */
function script(number: number): string {
  const variable = number % 10 === 0 ? `export const key${number} = process.env.SERVICE_${number}_API_KEY;\n` : "";
  return `${variable}${range(12)
    .map(
      (part) =>
        `export function part${part}(value: { name: string; count: number }): string {\n  return \`\${value.name} has \${value.count + ${number}} of them\`;\n}\n`,
    )
    .join("\n")}`;
}

function python(number: number): string {
  return `import os\n\n\ndef part_${number}(value):\n    """Says what there is."""\n    return f"{value} of ${number}"\n`.repeat(
    4,
  );
}

function modules(folder: string, count: number): Files {
  return Object.fromEntries(
    range(count).map((number) => [`${folder}/${number % 12}/part-${number}.ts`, script(number)]),
  );
}

function pages(folder: string, count: number): Files {
  const text = "A paragraph of a page that says something at some length.\n\n".repeat(20);
  return Object.fromEntries(
    range(count).map((number) => [`${folder}/page-${number}.md`, `# Page ${number}\n\n${text}`]),
  );
}

function assets(folder: string, count: number): Files {
  const drawing = `<svg xmlns="http://www.w3.org/2000/svg">${'<path d="M0 0h24v24H0z"/>'.repeat(20)}</svg>`;
  return Object.fromEntries(range(count).map((number) => [`${folder}/${number % 20}/drawing-${number}.svg`, drawing]));
}

function write(directory: string, files: Files): string {
  for (const [path, text] of Object.entries(files)) {
    const file = join(directory, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  return directory;
}

/** In a process of its own: detect in every directory once, and then again. */
function measure(directories: string[], withVariables: boolean): Times {
  const options = withVariables ? {} : { variables: () => [] };
  const once = (): number[] =>
    directories.map((directory) => {
      const started = performance.now();
      detect(directory, options);
      return performance.now() - started;
    });
  const timed = (times: number): { all: number[]; cpu: number } => {
    const before = process.cpuUsage();
    const all = range(times).flatMap(once);
    const { user, system } = process.cpuUsage(before);
    return { all, cpu: (user + system) / 1_000 / all.length };
  };
  const cold = timed(1);
  const warm = timed(directories.length > 1 ? 3 : 7);
  return { cold: cold.all, warm: warm.all, cpu: { cold: cold.cpu, warm: warm.cpu } };
}

function measureApart(directories: string[], withVariables: boolean): Times {
  const args = [import.meta.filename, withVariables ? "with" : "without"];
  const input = JSON.stringify(directories);
  return JSON.parse(execFileSync(process.execPath, args, { input, encoding: "utf8" })) as Times;
}

async function compare(): Promise<void> {
  const scratch = mkdtempSync(join(tmpdir(), "landfall-detect-"));
  const load = loadavg()[0]!.toFixed(1);
  try {
    const large = largeTree();
    const directories: Record<Size, string[]> = {
      small: range(smallProjects).map((number) =>
        write(join(scratch, `small-${number}`), projects[number % projects.length]!()),
      ),
      grown: range(grownProjects).map((number) => write(join(scratch, `grown-${number}`), grown(number))),
      large: [write(join(scratch, "large"), large)],
    };
    const trees: Record<Size, string> = {
      small: `${smallProjects} small projects`,
      grown: `${grownProjects} of 60 to 300 files`,
      large: `${Object.keys(large).length} files`,
    };
    const rows = (["small", "grown", "large"] as const).flatMap((size) =>
      [true, false].map((withVariables) => {
        const { cold, warm, cpu } = measureApart(directories[size], withVariables);
        return {
          tree: trees[size],
          variables: withVariables ? "yes" : "no",
          "cold ms": median(cold).toFixed(1),
          "warm ms": median(warm).toFixed(1),
          "warm p95 ms": percentile(warm, 0.95).toFixed(1),
          "cold CPU ms": cpu.cold.toFixed(1),
          "warm CPU ms": cpu.warm.toFixed(1),
          "target ms": targetMs[size],
          "cold of target": (median(cold) / targetMs[size]).toFixed(2),
          "warm of target": (median(warm) / targetMs[size]).toFixed(2),
        };
      }),
    );
    console.table(rows);
    console.log(
      `${availableParallelism()} cores, load ${load} before and ${loadavg()[0]!.toFixed(1)} after, node ${process.version}`,
    );
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

const [how] = process.argv.slice(2);
if (how === undefined) await compare();
else {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  const directories = JSON.parse(Buffer.concat(chunks).toString("utf8")) as string[];
  process.stdout.write(JSON.stringify(measure(directories, how === "with")));
}
