import { describe, expect, it } from "vitest";
import { parseGoMod } from "../../../src/detect/languages/go-module.ts";
import { readingOf, servicesOf } from "./reading-of.ts";

const mod = (...requires: string[]) =>
  `module example.com/app\n\ngo 1.22\n\nrequire (\n${requires.map((line) => `\t${line}\n`).join("")})\n`;
const main = (body: string, imports = "") => `package main\n\nimport (\n${imports})\n\nfunc main() {\n${body}\n}\n`;

describe("parseGoMod", () => {
  it("reads direct requirements with their lines and leaves out comments and indirect ones", () => {
    const text =
      "module x\ngo 1.21.3\nrequire (\n\t// a comment\n\tgithub.com/a/b/v2 v2.0.0\n\tgithub.com/c/d v1.0.0 // indirect\n)\nrequire github.com/e/f v1\n";
    expect(parseGoMod(text)).toEqual({
      path: "x",
      version: "1.21.3",
      requires: new Map([
        ["github.com/a/b", 5],
        ["github.com/e/f", 8],
      ]),
    });
  });
});

describe("frameworks", () => {
  it.each([
    ["gin", "github.com/gin-gonic/gin", 'r := gin.Default()\nr.Run(":8081")', 8081],
    ["gin", "github.com/gin-gonic/gin", "r := gin.Default()\nr.Run()", 8080],
    [
      "gin",
      "github.com/gin-gonic/gin",
      'var cfg struct { Host string `default:"0.0.0.0:3001" envconfig:"HOST"` }\ngin.Default().Run(cfg.Host)',
      3001,
    ],
    ["echo", "github.com/labstack/echo/v4", 'e := echo.New()\ne.Start(":1323")', 1323],
    ["fiber", "github.com/gofiber/fiber/v2", 'app := fiber.New()\napp.Listen(":3000")', 3000],
    ["chi", "github.com/go-chi/chi/v5", 'http.ListenAndServe(":3333", chi.NewRouter())', 3333],
    ["gorilla", "github.com/gorilla/mux", 'http.ListenAndServe("0.0.0.0:8000", mux.NewRouter())', 8000],
  ])("%s", (framework, module, body, port) => {
    expect(readingOf({ "go.mod": mod(`${module} v1.0.0`), "main.go": main(body, `\t"${module}"\n`) })).toMatchObject({
      kind: "server",
      framework,
      port,
      packageManager: "go",
      runtimeVersion: "1.22",
    });
  });

  it("has none for the standard library", () => {
    const reading = readingOf({
      "go.mod": mod(),
      "main.go": main('http.ListenAndServe(":9090", nil)', '\t"net/http"\n'),
    });
    expect(reading).toMatchObject({ kind: "server", port: 9090 });
    expect(reading.framework).toBeUndefined();
  });
});

it("takes a framework at its module's word where there are more sources than are read", () => {
  const handlers = Object.fromEntries(
    Array.from({ length: 90 }, (_, at) => [`internal/a/a${at}.go`, "package a\n"] as const),
  );
  const files = {
    ...handlers,
    "go.mod": "module a\n\nrequire github.com/go-chi/chi/v5 v5.2.3\n",
    "cmd/api/main.go": main("http.ListenAndServe(addr, routes.New())"),
    "internal/app/http/router.go": 'package http\n\nimport "github.com/go-chi/chi/v5"\n',
  };
  expect(readingOf(files).framework).toBe("chi");
});

describe("main packages", () => {
  it("takes modules that lie in the repository as they are there", () => {
    const files = {
      "go.mod": mod("github.com/go-chi/chi/v5 v5.1.0"),
      "main.go": main('http.ListenAndServe(":80", nil)'),
    };
    expect(readingOf(files).installCommand).toBe("go mod download");
    expect(readingOf({ ...files, "vendor/modules.txt": "# github.com/go-chi/chi/v5 v5.1.0\n" }).installCommand).toBe(
      undefined,
    );
  });

  it("builds the root", () => {
    expect(readingOf({ "go.mod": mod(), "main.go": main('http.ListenAndServe(":80", nil)') })).toMatchObject({
      buildCommand: "go build -o app .",
      startCommand: "./app",
    });
  });

  it("builds the server among the programs of cmd", () => {
    const files = {
      "go.mod": mod(),
      "cmd/migrate/main.go": main("run()"),
      "cmd/server/main.go": main('http.ListenAndServe(":80", nil)'),
      "cmd/shopctl/main.go": main("run()"),
    };
    expect(readingOf(files)).toMatchObject({ kind: "server", buildCommand: "go build -o app ./cmd/server" });
    expect(servicesOf(files)).toEqual([]);
  });

  it("prefers the daemon to the tool of its name", () => {
    const files = { "go.mod": mod(), "cmd/shop/main.go": main("run()"), "cmd/shopd/main.go": main("run()") };
    expect(readingOf(files).buildCommand).toBe("go build -o app ./cmd/shopd");
  });

  it("lists several that run side by side, each with what it reaches", () => {
    const files = {
      "go.mod": mod(
        "github.com/gin-gonic/gin v1.10.0",
        "github.com/lib/pq v1.10.9",
        "github.com/redis/go-redis/v9 v9.0.0",
      ),
      "cmd/api/main.go": 'package main\nimport "example.com/app/internal/web"\nfunc main() { web.Run() }\n',
      "cmd/worker/main.go": 'package main\nimport "example.com/app/internal/jobs"\nfunc main() { jobs.Work() }\n',
      "cmd/migrate/main.go": main("run()"),
      "internal/web/web.go":
        'package web\nimport (\n"github.com/gin-gonic/gin"\n_ "github.com/lib/pq"\n)\nfunc Run() { gin.Default().Run(":8081") }\n',
      "internal/jobs/jobs.go": 'package jobs\nimport "github.com/redis/go-redis/v9"\nfunc Work() {}\n',
    };
    expect(readingOf(files).kind).toBe("monorepo");
    expect(servicesOf(files)).toMatchObject([
      {
        path: "cmd/api",
        reading: {
          kind: "server",
          framework: "gin",
          port: 8081,
          database: ["postgres"],
          buildCommand: "go build -o app .",
        },
      },
      { path: "cmd/worker", reading: { kind: "worker", database: ["redis"], startCommand: "./app" } },
    ]);
  });

  it("puts the program beside a directory called app, not into it", () => {
    const files = { "go.mod": mod(), "app/main.go": main('http.ListenAndServe(":80", nil)') };
    expect(readingOf(files)).toMatchObject({ buildCommand: "go build -o bin/app ./app", startCommand: "./bin/app" });
  });

  it("is a package without one", () => {
    expect(readingOf({ "go.mod": mod(), "lib.go": "package lib\n" }).kind).toBe("package");
  });

  it("is a worker when it is a bot, whatever else it can be told to do", () => {
    const files = {
      "go.mod": mod("github.com/bwmarrin/discordgo v0.29.0"),
      "main.go": main('if os.Args[1] == "version" { return }\nbot.Run()', '\t"os"\n\t"example.com/app/bot"\n'),
      "bot/bot.go": 'package bot\n\nimport "github.com/bwmarrin/discordgo"\n',
    };
    expect(readingOf(files).kind).toBe("worker");
  });

  it("is a package when it is a tool for the terminal", () => {
    expect(readingOf({ "go.mod": mod("github.com/spf13/cobra v1.8.0"), "main.go": main("cmd.Execute()") }).kind).toBe(
      "package",
    );
  });

  it("passes over files left out of builds", () => {
    expect(
      readingOf({ "go.mod": mod(), "gen.go": `//go:build ignore\n\n${main("gen()")}`, "lib.go": "package lib\n" }).kind,
    ).toBe("package");
  });

  it("starts our own build where the Procfile names Heroku's", () => {
    expect(
      readingOf({
        "go.mod": mod(),
        "main.go": main('http.ListenAndServe(":80", nil)'),
        Procfile: "web: bin/app --debug\n",
      }).startCommand,
    ).toBe("./app --debug");
  });

  it("runs the program of a go.work", () => {
    const files = {
      "go.work": "go 1.22\n\nuse (\n\t./api\n\t./lib\n)\n",
      "api/go.mod": mod(),
      "api/main.go": main('http.ListenAndServe(":80", nil)'),
      "lib/go.mod": mod(),
      "lib/lib.go": "package lib\n",
    };
    expect(readingOf(files)).toMatchObject({ kind: "server", buildCommand: "go build -o app ./api" });
  });
});

describe("ports", () => {
  it.each([
    [
      "a default after an empty PORT",
      'port := os.Getenv("PORT")\nif port == "" {\n\tport = "4000"\n}\nhttp.ListenAndServe(":"+port, nil)',
      4000,
    ],
    [
      "a function that takes a constant and a default",
      "cfg.Port = env.GetInt(PORT, 5051)\nhttp.ListenAndServe(cfg.Address(), nil)",
      5051,
    ],
    ["a function that takes a default", 'port := getEnv("PORT", "5050")\nhttp.ListenAndServe(":"+port, nil)', 5050],
    ["a server's address", 's := &http.Server{Addr: ":7070"}\ns.ListenAndServe()', 7070],
    ["a flag", 'p := flag.String("port", ":6060", "port")\nhttp.ListenAndServe(*p, nil)', 6060],
  ])("%s", (_, body, port) => {
    expect(readingOf({ "go.mod": mod(), "main.go": main(body) }).port).toBe(port);
  });

  it("is the container's when the code leaves it open", () => {
    const files = {
      "go.mod": mod(),
      "main.go": main("http.ListenAndServe(os.Args[1], nil)"),
      Dockerfile: "FROM scratch\nEXPOSE 9999\n",
    };
    expect(readingOf(files).port).toBe(9999);
  });

  it("is that of the settings, not that of a peer", () => {
    const files = {
      "go.mod": mod(),
      "main.go": main(
        "go send(&net.UDPAddr{\n\tIP:   ip,\n\tPort: 3001,\n})\nhttp.ListenAndServe(address(conf.Port), nil)",
      ),
      "conf/config.yaml": "name: shop\nport: 9000\n",
    };
    expect(readingOf(files).port).toBe(9000);
  });

  it("is that of the example of the settings", () => {
    const files = {
      "go.mod": mod(),
      "main.go": main("http.ListenAndServe(cfg.Addr, nil)"),
      ".env.example": "HTTP_PORT=8089\n",
    };
    expect(readingOf(files).port).toBe(8089);
  });
});

describe("databases", () => {
  it.each([
    ["postgres", "github.com/jackc/pgx/v5"],
    ["postgres", "gorm.io/driver/postgres"],
    ["mysql", "github.com/go-sql-driver/mysql"],
    ["sqlite", "modernc.org/sqlite"],
    ["mongodb", "go.mongodb.org/mongo-driver"],
    ["redis", "github.com/redis/go-redis/v9"],
  ])("%s by %s", (database, module) => {
    expect(
      readingOf({ "go.mod": mod(`${module} v1.0.0`), "main.go": main('http.ListenAndServe(":80", nil)') }).database,
    ).toEqual([database]);
  });

  it("does not take another module's driver for its own", () => {
    expect(
      readingOf({
        "go.mod": mod("github.com/lib/pq v1.0.0 // indirect"),
        "main.go": main('http.ListenAndServe(":80", nil)'),
      }).database,
    ).toEqual([]);
  });
});

it("wins over a package.json beside it", () => {
  const reading = readingOf({
    "go.mod": mod(),
    "main.go": main('http.ListenAndServe(":80", nil)'),
    "package.json": '{"scripts":{"build":"tailwindcss"}}',
  });
  expect(reading).toMatchObject({ runtime: "go", confidence: 0.95 });
});

describe("a port among others", () => {
  it("is not that of the database", () => {
    const text =
      'package main\ntype Options struct {\n\tPort int `long:"port" default:"5432"`\n\tHTTP uint `long:"listen" default:"8081"`\n}\nfunc main() { http.ListenAndServe(addr, nil) }\n';
    expect(readingOf({ "go.mod": mod(), "main.go": text }).port).toBe(8081);
  });
});

describe("a command line tool", () => {
  it("is started by nobody", () => {
    const reading = readingOf({ "go.mod": mod("github.com/spf13/cobra v1.8.0"), "main.go": main("run()") });
    expect(reading.kind).toBe("package");
    expect(reading.startCommand).toBeUndefined();
  });
});

describe("several programs of which a container is built with one", () => {
  const programs = {
    "go.mod": mod(),
    "cmd/server/main.go": main('http.ListenAndServe(":8080", nil)'),
    "cmd/token-service/main.go": main('http.ListenAndServe(":9000", nil)'),
  };
  it("are that one", () => {
    const reading = readingOf({ ...programs, Dockerfile: "FROM golang\nRUN go build -o /app ./cmd/server\n" });
    expect(reading).toMatchObject({ kind: "server", port: 8080, buildCommand: "go build -o app ./cmd/server" });
  });
  it("stay several where something else is built with another", () => {
    const files = { ...programs, Dockerfile: "FROM golang\nRUN go build -o /app ./cmd/server\n" };
    expect(readingOf({ ...files, Makefile: "run:\n\tgo run ./cmd/token-service\n" }).kind).toBe("monorepo");
  });
});

describe("a program that is told what to do", () => {
  const files = { "go.mod": mod(), "main.go": main('http.ListenAndServe(":80", nil)') };
  it.each([
    ['ENTRYPOINT ["/bin/shop"]\nCMD ["serve", "--config", "/etc/shop.yml"]', "./app serve"],
    ['ENTRYPOINT ["/entrypoint.sh"]\nCMD ["start"]', "./app start"],
    ['CMD ["shop", "start"]', "./app start"],
    ['ENTRYPOINT ["/bin/shop"]\nCMD ["--help"]', "./app"],
    ['ENTRYPOINT ["/bin/shop"]\nCMD ["help"]', "./app"],
    ['CMD ["/bin/shop", "config.yml"]', "./app"],
  ])("%s", (lines, start) => {
    expect(readingOf({ ...files, Dockerfile: `FROM scratch\n${lines}\n` }).startCommand).toBe(start);
  });
});

describe("programs that each have a container of their own", () => {
  const server = "package main\nfunc main() { app.New().Run() }\n";
  it("are deployed side by side, whatever they are called", () => {
    const files = {
      "go.mod": mod(),
      "cmd/analytics/main.go": server,
      "cmd/analytics/Dockerfile": "FROM scratch\n",
      "cmd/shortener/main.go": server,
      "cmd/shortener/Dockerfile": "FROM scratch\n",
    };
    expect(readingOf(files).kind).toBe("monorepo");
    expect(servicesOf(files).map(({ path }) => path)).toEqual(["cmd/analytics", "cmd/shortener"]);
  });
});

it("builds the program that is called like the module, hyphens or not", () => {
  const reading = readingOf({
    "go.mod": "module example.com/url-shortener\n\ngo 1.22\n",
    "cmd/analytics/main.go": main("work()"),
    "cmd/urlshortener/main.go": main("work()"),
  });
  expect(reading.buildCommand).toBe("go build -o app ./cmd/urlshortener");
});
