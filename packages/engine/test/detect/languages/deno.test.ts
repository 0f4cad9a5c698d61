import { describe, expect, it } from "vitest";
import { readingOf, readingsOf } from "./reading-of.ts";

const hasDeno = (files: Record<string, string>) => readingsOf(files).some(({ runtime }) => runtime === "deno");

describe("what Deno is", () => {
  it("is a deno.json with a program", () => {
    const reading = readingOf({
      "deno.json": '{"tasks":{"start":"deno run -A main.ts"}}',
      "main.ts": "Deno.serve({ port: 8123 }, () => new Response());",
    });
    expect(reading).toMatchObject({
      kind: "server",
      runtime: "deno",
      packageManager: "deno",
      startCommand: "deno task start",
      port: 8123,
    });
  });

  it("is a program that imports as only Deno does", () => {
    const reading = readingOf({
      "src/index.ts":
        'import { serve } from "https://deno.land/std@0.200.0/http/server.ts";\nserve(() => new Response());',
    });
    expect(reading).toMatchObject({ kind: "server", startCommand: "deno run -A src/index.ts", port: 8000 });
  });

  it("reads settings with comments", () => {
    expect(
      readingOf({
        "deno.jsonc": '{ // tasks\n"tasks": {"start": "deno run -A main.ts",},}',
        "main.ts": "Deno.serve(() => new Response());",
      }).startCommand,
    ).toBe("deno task start");
  });
});

describe("the program of Deno", () => {
  it("is a file that no other imports, at the port its container shows where Oak has none", () => {
    const reading = readingOf({
      "deno.json": '{"imports":{"@oak/oak":"jsr:@oak/oak"}}',
      "server.ts": 'import { Application } from "@oak/oak";\nexport const server = new Application();\n',
      "app.ts": 'import { server } from "./server.ts";\nstart(server);\n',
      Dockerfile: "FROM denoland/deno\nEXPOSE 8101\n",
    });
    expect(reading).toMatchObject({ startCommand: "deno run -A app.ts", port: 8101 });
  });
});

describe("a program of Deno beside a package.json", () => {
  it("is one where the package starts nothing", () => {
    const reading = readingOf({
      "deno.json": '{"tasks":{"check":"deno check main.ts"}}',
      "package.json": '{"main":"index.js","scripts":{"test":"exit 1"}}',
      "main.ts": "Deno.serve(() => new Response());",
    });
    expect(reading).toMatchObject({ runtime: "deno", kind: "server", confidence: 0.95 });
  });
});

describe("what Deno is not", () => {
  it("is no Supabase function", () => {
    const files = {
      "package.json": "{}",
      "supabase/functions/hello/index.ts": "Deno.serve(() => new Response());",
      "supabase/functions/deno.json": "{}",
    };
    expect(hasDeno(files)).toBe(false);
  });

  it("is no Supabase function without a package.json either", () => {
    expect(
      hasDeno({ "index.html": "<html>", "supabase/functions/hello/index.ts": "Deno.serve(() => new Response());" }),
    ).toBe(false);
  });
});

describe("frameworks", () => {
  it.each([
    [
      "fresh",
      {
        "deno.json":
          '{"imports":{"$fresh/":"https://deno.land/x/fresh@1.6.8/"},"tasks":{"start":"deno run -A --watch=static/,routes/ dev.ts","build":"deno run -A dev.ts build","preview":"deno run -A main.ts"}}',
        "main.ts": 'import "$std/dotenv/load.ts";',
      },
      "deno task preview",
    ],
    [
      "oak",
      {
        "deno.json": '{"imports":{"@oak/oak":"jsr:@oak/oak@17"}}',
        "main.ts": 'import { Application } from "@oak/oak";\nnew Application().listen({ port: 8000 });',
      },
      "deno run -A main.ts",
    ],
    [
      "hono",
      {
        "deno.json": '{"imports":{"hono":"jsr:@hono/hono@4"},"tasks":{"start":"deno run --allow-net main.ts"}}',
        "main.ts": 'import { Hono } from "hono";\nDeno.serve(new Hono().fetch);',
      },
      "deno task start",
    ],
  ])("%s", (framework, files, startCommand) => {
    expect(readingOf(files)).toMatchObject({ framework, kind: "server", startCommand });
  });

  it("runs the program itself where the task is for developing", () => {
    const reading = readingOf({
      "deno.json": '{"imports":{"hono":"jsr:@hono/hono@4"},"tasks":{"start":"deno run --watch -A main.ts"}}',
      "main.ts": "Deno.serve(() => new Response());",
    });
    expect(reading.startCommand).toBe("deno run -A main.ts");
  });
});

describe("packages for the registry", () => {
  it("are no servers, though they hold one", () => {
    const files = {
      "deno.json": '{ "name": "@a/b", "version": "1.0.0", "exports": "./mod.ts" }',
      "mod.ts": "export function listen() { return Deno.serve(() => new Response()); }\n",
    };
    expect(readingOf(files).kind).toBe("package");
  });
});

it("does not run the code its pages show", () => {
  const reading = readingOf({
    "deno.json": '{"imports":{"$fresh/":"https://deno.land/x/fresh@1.6.8/"},"tasks":{"start":"deno run -A main.ts"}}',
    "main.ts": 'import { start } from "$fresh/server.ts";\nawait start(manifest);\n',
    "routes/index.tsx": "const sample = `\nconst db = await Deno.openKv();\nrouter.listen({ port: 3000 });`;\n",
  });
  expect(reading).toMatchObject({ framework: "fresh", port: 8000, database: [] });
});
