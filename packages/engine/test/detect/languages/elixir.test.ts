import { describe, expect, it } from "vitest";
import { readingOf } from "./reading-of.ts";

const mix = (dependencies: string, more = "") => `defmodule Shop.MixProject do
  use Mix.Project
  def project, do: [app: :shop, version: "0.1.0", elixir: "~> 1.15", deps: deps()${more}]
  def application, do: [mod: {Shop.Application, []}]
  defp deps do
    [${dependencies}]
  end
  defp aliases, do: ["assets.deploy": ["esbuild default --minify", "phx.digest"]]
end
`;

describe("Phoenix", () => {
  const files = {
    "mix.exs": mix('{:phoenix, "~> 1.7"}, {:postgrex, ">= 0.0.0"}').replace('"assets.deploy":', '"assets.deploy" =>'),
    "config/dev.exs": "config :shop, ShopWeb.Endpoint, http: [ip: {127, 0, 0, 1}, port: 4001]\n",
    "config/prod.exs": 'config :shop, ShopWeb.Endpoint, url: [host: "x", port: 443]\n',
    "assets/js/app.js": "",
    "package.json": "{}",
  };

  it("is a server", () => {
    expect(readingOf(files)).toMatchObject({
      kind: "server",
      framework: "phoenix",
      packageManager: "mix",
      runtimeVersion: "~> 1.15",
      startCommand: "MIX_ENV=prod mix phx.server",
      buildCommand: "MIX_ENV=prod mix assets.deploy && MIX_ENV=prod mix compile",
      database: ["postgres"],
    });
  });

  it("does not take the port of its public address for the one it listens on", () => {
    expect(readingOf(files).port).toBe(4001);
  });

  it("starts its release where it has one", () => {
    const reading = readingOf({ ...files, "lib/shop/release.ex": "defmodule Shop.Release do\nend\n" });
    expect(reading.startCommand).toBe("PHX_SERVER=true ./_build/prod/rel/shop/bin/shop start");
    expect(reading.buildCommand).toContain("MIX_ENV=prod mix release");
  });

  it("makes no release where its Procfile starts it by mix", () => {
    const reading = readingOf({ ...files, "lib/shop/release.ex": "", Procfile: "web: MIX_ENV=prod mix phx.server\n" });
    expect(reading.buildCommand).toBe("MIX_ENV=prod mix assets.deploy && MIX_ENV=prod mix compile");
  });

  it("reads the adapter of its repository", () => {
    const reading = readingOf({
      "mix.exs": mix('{:phoenix, "~> 1.7"}'),
      "lib/shop/repo.ex": "use Ecto.Repo, adapter: Ecto.Adapters.MyXQL\n",
    });
    expect(reading.database).toEqual(["mysql"]);
  });
});

it("serves plug", () => {
  expect(
    readingOf({
      "mix.exs": mix('{:plug_cowboy, "~> 2.0"}'),
      "lib/shop/application.ex": "{Plug.Cowboy, plug: X, options: [port: 4040]}\n",
    }),
  ).toMatchObject({ kind: "server", framework: "plug", port: 4040 });
});

it("runs an application without a web server as a worker", () => {
  expect(readingOf({ "mix.exs": mix('{:jason, "~> 1.0"}') })).toMatchObject({
    kind: "worker",
    startCommand: "MIX_ENV=prod mix run --no-halt",
  });
});

it("takes a library for a package", () => {
  const library = mix('{:jason, "~> 1.0"}', ', description: "x", package: package()').replace(
    "mod: {Shop.Application, []}",
    "",
  );
  expect(readingOf({ "mix.exs": library }).kind).toBe("package");
});

it("leaves out comments and dependencies of tests", () => {
  expect(
    readingOf({ "mix.exs": mix('{:jason, "~> 1.0"},\n # {:phoenix, "~> 1.7"},\n {:postgrex, "~> 1.0", only: :test}') }),
  ).toMatchObject({ kind: "worker", database: [] });
});

it("takes a program that listens by itself for a server", () => {
  const reading = readingOf({
    "mix.exs":
      'defmodule Echo.MixProject do\n  use Mix.Project\n  def project, do: [app: :echo, version: "0.1.0"]\n  def application, do: [mod: {Echo, []}]\nend\n',
    "lib/echo.ex": "defmodule Echo do\n  def start(_, _), do: :gen_tcp.listen(4040, [:binary])\nend\n",
  });
  expect(reading).toMatchObject({ kind: "server", port: 4040 });
});
