import { describe, expect, it } from "vitest";
import { databaseOfImage, parseDockerfile } from "../../../src/detect/languages/docker.ts";
import { readingOf, readingsOf, servicesOf } from "./reading-of.ts";

describe("parseDockerfile", () => {
  it("answers for the last stage only", () => {
    const text =
      'FROM golang:1.22 AS build\nEXPOSE 1\nCMD x\nFROM alpine:3\nEXPOSE 8080/tcp\nCMD ["/app", "--port", "8080"]\n';
    expect(parseDockerfile("Dockerfile", text)).toEqual({
      at: "Dockerfile",
      base: "alpine:3",
      ports: [8080],
      command: "/app --port 8080",
    });
  });

  it("follows a stage's name to what it inherits", () => {
    const text = "FROM node:22 AS base\nEXPOSE 3000\nCMD node a.js\nFROM base AS final\n";
    expect(parseDockerfile("Dockerfile", text)).toMatchObject({ base: "node:22", ports: [3000], command: "node a.js" });
  });

  it("fills EXPOSE from ARG and ENV", () => {
    expect(parseDockerfile("Dockerfile", "FROM a\nARG PORT=4000\nENV P=${PORT}\nEXPOSE $PORT\n").ports).toEqual([4000]);
  });

  it("joins entry point and command, and continued lines", () => {
    const text = 'FROM a\nENTRYPOINT ["python"]\nCMD ["-m", \\\n  "my app"]\n';
    expect(parseDockerfile("Dockerfile", text).command).toBe('python -m "my app"');
  });
});

describe("a Dockerfile", () => {
  it("is a container when it is the only way to run the directory", () => {
    expect(readingOf({ Dockerfile: "FROM nginx\nEXPOSE 80\n" })).toMatchObject({
      kind: "container",
      runtime: "docker",
      port: 80,
      confidence: 0.9,
    });
  });

  it("of an image a program is mounted into is no program", () => {
    const files = {
      "images/php/Dockerfile":
        "FROM php:8.1-fpm\nCOPY php.ini /usr/local/etc/php/\nRUN docker-php-ext-install pdo_mysql\n",
    };
    expect(() => readingOf(files, "images/php")).toThrow("no reader");
    const copied = { "images/php/Dockerfile": "FROM php:8.1-apache\nCOPY . /var/www/html\n" };
    expect(readingOf(copied, "images/php").kind).toBe("container");
  });

  it("ranks below the language beside it", () => {
    const readings = readingsOf({
      Dockerfile: "FROM golang\n",
      "go.mod": "module x\ngo 1.22\n",
      "main.go": 'package main\nfunc main() { http.ListenAndServe(":8080", nil) }\n',
    });
    expect(readings.map(({ kind }) => kind)).toEqual(["server", "container"]);
  });
});

it("takes the first of several Dockerfiles where nothing else is there", () => {
  const files = { "debian.Dockerfile": "FROM debian\nEXPOSE 80\n", "alpine.Dockerfile": "FROM alpine\nEXPOSE 90\n" };
  expect(readingOf(files)).toMatchObject({ kind: "container", port: 90 });
});

it("is put together by its compose file where nobody says what the container is built on", () => {
  const files = {
    Dockerfile: "ARG FROM\nFROM ${FROM} AS main\nCMD start\n",
    "pyproject.toml": "[tool.black]\nline-length = 100\n",
    "compose.yaml": "services:\n  app:\n    image: acme/shop\n  db:\n    image: postgres\n",
  };
  expect(readingOf(files)).toMatchObject({ kind: "compose", database: ["postgres"] });
});

describe("a compose file", () => {
  const compose = `services:
  web:
    build: ./web
    ports: ["8080:3000"]
    depends_on: [db, cache]
  db:
    image: docker.io/library/postgres:16-alpine
  cache:
    image: redis@sha256:abc
`;

  it("is a compose project with the databases it brings", () => {
    const reading = readingOf({ "compose.yaml": compose, "web/package.json": "{}" });
    expect(reading).toMatchObject({ kind: "compose", database: ["postgres", "redis"], port: 8080 });
  });

  it("ranks below pages of PHP that it serves with their database", () => {
    const files = {
      "docker-compose.yml": "services:\n  db:\n    image: mysql:8\n  web:\n    build: .\n    ports: ['8080:80']\n",
      Dockerfile: "FROM php:8.3-apache\nCOPY . /var/www/html\n",
      "public/index.php": "<?php new PDO('mysql:host=db;dbname=shop');",
    };
    expect(readingOf(files)).toMatchObject({ kind: "server", runtime: "php", database: ["mysql"] });
  });

  it("ranks below a program in the same directory", () => {
    const reading = readingOf({
      "compose.yaml": compose,
      "go.mod": "module x\ngo 1.22\n",
      "main.go": 'package main\nfunc main() { http.ListenAndServe(":8080", nil) }\n',
    });
    expect(reading.kind).toBe("server");
  });

  it("that is broken spoils nothing", () => {
    expect(readingOf({ "compose.yaml": "services:\n  a: [\n", Dockerfile: "FROM x\n" }).kind).toBe("container");
  });
});

describe("databaseOfImage", () => {
  it.each([
    ["postgres:16", "postgres"],
    ["postgis/postgis", "postgres"],
    ["pgvector/pgvector:pg17", "postgres"],
    ["mariadb:11", "mysql"],
    ["mcr.microsoft.com/mssql/server:2022-latest", "mssql"],
    ["valkey/valkey", "redis"],
    ["docker.elastic.co/elasticsearch/elasticsearch:8.1", "elasticsearch"],
    ["mongo-express", undefined],
    ["prometheuscommunity/postgres-exporter", undefined],
    ["rabbitmq:3", undefined],
    ["nginx", undefined],
  ])("%s", (image, database) => {
    expect(databaseOfImage(image)).toBe(database);
  });
});

describe("a compose file with a database built here", () => {
  const files = {
    "compose.yml": "services:\n  api:\n    build: ./api\n  cms:\n    build: ./cms\n  db:\n    build: ./db\n",
    "api/go.mod": "module x\n",
    "cms/go.mod": "module y\n",
    "db/Dockerfile": "FROM postgres:16\nCOPY init.sql /docker-entrypoint-initdb.d/\n",
  };

  it("uses it", () => {
    expect(readingOf(files)).toMatchObject({ kind: "compose", database: ["postgres"] });
  });

  it("uses none where a program is in that folder", () => {
    expect(readingOf({ ...files, "db/go.mod": "module z\n" }).database).toEqual([]);
  });
});

describe("a compose file of one program and its database", () => {
  const files = {
    "compose.yaml": "services:\n  web:\n    build: ./src\n    ports: ['8002:8000']\n  db:\n    image: postgres:15\n",
    "src/requirements.txt": "fastapi\n",
    "src/main.py": "from fastapi import FastAPI\napp = FastAPI()\n",
  };

  it("is how to try the program", () => {
    expect(readingOf(files)).toMatchObject({ kind: "compose", confidence: 0.6 });
    expect(servicesOf(files).map(({ path }) => path)).toEqual(["src"]);
  });
});

describe("folders of Dockerfiles", () => {
  it("that say how containers are built are no programs", () => {
    const files = {
      "docker/Dockerfile": "FROM x\n",
      "seed-data/Dockerfile": "FROM y\n",
      "gateway/Dockerfile": "FROM z\n",
    };
    expect(servicesOf(files).map(({ path }) => path)).toEqual(["gateway"]);
  });
});

describe("a compose file beside Deno's tasks that only run it", () => {
  it("is what starts the programs in the folders, each with a Dockerfile of its own", () => {
    const files = {
      "deno.json": '{ "tasks": { "start": "docker-compose up --build" }, "imports": { "oak": "jsr:@oak/oak" } }',
      "docker-compose.yml":
        "services:\n  cart:\n    build:\n      context: .\n      dockerfile: ./services/cart/Dockerfile\n  orders:\n    build:\n      context: .\n      dockerfile: ./services/orders/Dockerfile\n  db:\n    image: postgres:15\n",
      "services/cart/Dockerfile": "FROM denoland/deno\n",
      "services/cart/main.ts": "Deno.serve(() => new Response());\n",
      "services/orders/Dockerfile": "FROM denoland/deno\n",
      "services/orders/main.ts": "Deno.serve(() => new Response());\n",
    };
    expect(readingOf(files)).toMatchObject({ kind: "compose", database: ["postgres"] });
    expect(servicesOf(files).map(({ path }) => path)).toEqual(["services/cart", "services/orders"]);
  });
});
