import { describe, expect, it } from "vitest";
import { detect } from "../../src/detect/detect.ts";
import { detected, manifest, service, table } from "./expect.ts";
import { treeOf } from "./tree-of.ts";

const nest = (projects: Record<string, unknown>) => ({
  "package.json": manifest({
    scripts: { build: "nest build", start: "nest start" },
    dependencies: { "@nestjs/core": "11", mongoose: "8" },
    devDependencies: { "@nestjs/cli": "11" },
  }),
  "nest-cli.json": JSON.stringify({ monorepo: true, root: "apps/users", projects }),
  "apps/users/src/main.ts": `const app = await NestFactory.create(Users);\nawait app.listen(process.env.PORT ?? 4001);`,
  "apps/orders/src/main.ts": `const app = await NestFactory.create(Orders);\nawait app.listen(4002);`,
  "libs/data/src/index.ts": `connect(process.env.MONGO_URI);`,
});
const users = { type: "application", root: "apps/users", entryFile: "main" };

describe("monorepos of Nest", () => {
  const all = nest({
    users,
    orders: { type: "application", root: "apps/orders" },
    data: { type: "library", root: "libs/data" },
  });
  table({
    "each application is a service, with what the libraries read": {
      files: all,
      is: { kind: "monorepo", services: ["apps/orders", "apps/users"] },
    },
    "one whose folder is gone is none": {
      files: nest({ users, mails: { type: "application", root: "apps/mails" } }),
      is: { kind: "server", framework: "nestjs" },
    },
    "a single application is the root's": {
      files: nest({ users, data: { type: "library", root: "libs/data" } }),
      is: { kind: "server", framework: "nestjs" },
    },
  });
  it("an application is built and started by its name, with what the libraries read", () => {
    expect(service(detected(all), "apps/orders")).toMatchObject({
      framework: "nestjs",
      buildCommand: "npx nest build orders",
      startCommand: "node ../../dist/apps/orders/main",
      port: 4002,
      database: ["mongodb"],
    });
    using tree = treeOf(all);
    expect(detect(tree.root).env).toMatchObject([{ key: "MONGO_URI", required: true }, { key: "PORT" }]);
  });
});
