import { describe, expect, it } from "vitest";
import { gemsOf } from "../../../src/detect/languages/ruby.ts";
import { readingOf } from "./reading-of.ts";

describe("gemsOf", () => {
  it("leaves out comments and what only developers need", () => {
    const text =
      'gem "rails"\n# gem "mysql2"\ngroup :development, :test do\n  gem "sqlite3"\nend\ngem "pry", group: :development\ngroup :production do\n  gem "pg"\nend\n';
    expect([...gemsOf(text, "Gemfile")]).toEqual([
      ["rails", "Gemfile:1"],
      ["pg", "Gemfile:8"],
    ]);
  });
});

describe("Rails", () => {
  const files = {
    Gemfile: 'source "https://rubygems.org"\nruby "3.3.0"\ngem "rails", "~> 7.1"\ngem "pg"\ngem "sprockets-rails"\n',
    "config/application.rb": "module App\n  class Application < Rails::Application\n  end\nend\n",
    "package.json": '{"scripts":{"build":"esbuild app/javascript/*.*"}}',
  };

  it("is a server, with its assets built by itself", () => {
    expect(readingOf(files)).toMatchObject({
      kind: "server",
      framework: "rails",
      runtimeVersion: "3.3.0",
      packageManager: "bundler",
      buildCommand: "bundle exec rails assets:precompile",
      startCommand: "bundle exec rails server -b 0.0.0.0 -p $PORT",
      port: 3000,
      database: ["postgres"],
    });
  });

  it("builds nothing for an API", () => {
    const api = { ...files, Gemfile: 'gem "rails"\n', "config/application.rb": "config.api_only = true\n" };
    expect(readingOf(api).buildCommand).toBeUndefined();
  });

  it("reads the adapter of database.yml", () => {
    const reading = readingOf({
      ...files,
      Gemfile: 'gem "rails"\n',
      "config/database.yml": "default: &default\n  adapter: mysql2\n# adapter: sqlite3\n",
    });
    expect(reading.database).toEqual(["mysql"]);
  });

  it("starts as its Procfile says", () => {
    expect(readingOf({ ...files, Procfile: "web: bundle exec puma -C config/puma.rb\n" }).startCommand).toBe(
      "bundle exec puma -C config/puma.rb",
    );
  });

  it("takes the port of Puma's settings", () => {
    expect(readingOf({ ...files, "config/puma.rb": 'port ENV.fetch("PORT") { 5000 }\n' }).port).toBe(5000);
  });
});

describe("Sinatra", () => {
  it("runs its file when there is nothing else", () => {
    const reading = readingOf({ Gemfile: 'gem "sinatra"\n', "app.rb": 'require "sinatra"\nget("/") { "x" }\n' });
    expect(reading).toMatchObject({
      framework: "sinatra",
      kind: "server",
      startCommand: "bundle exec ruby app.rb -o 0.0.0.0 -p $PORT",
      port: 4567,
    });
  });

  it("is known by its class, and Rails is not by the name of a file", () => {
    const reading = readingOf({
      Gemfile: 'gem "sinatra-activerecord"\ngem "puma"\n',
      "settings.rb": "  # port 443\n",
      "app.rb": "module Own\n  class Application < Sinatra::Base\n  end\nend\n",
      "config.ru": 'require_relative "app"\nrun Own::Application\n',
      "config/application.rb": 'require "dotenv/load"\n',
      "config/puma.rb": 'port ENV.fetch "RACK_PORT", 4321\n',
    });
    expect(reading).toMatchObject({ framework: "sinatra", kind: "server", port: 4321 });
  });

  it("runs by rack where it has a config.ru", () => {
    const reading = readingOf({
      Gemfile: 'gem "sinatra"\n',
      "app.rb": 'require "sinatra"\n',
      "config.ru": 'require "./app"\nrun Sinatra::Application\n',
    });
    expect(reading).toMatchObject({ startCommand: "bundle exec rackup config.ru -o 0.0.0.0 -p $PORT", port: 9292 });
  });
});

it.each([
  ["jekyll", 'gem "jekyll"\n', "bundle exec jekyll build", "_site"],
  ["jekyll", 'gem "github-pages", group: :jekyll_plugins\n', "bundle exec jekyll build", "_site"],
  ["middleman", 'gem "middleman"\n', "bundle exec middleman build", "build"],
])("%s makes pages", (framework, Gemfile, buildCommand, outputDir) => {
  expect(readingOf({ Gemfile, "_config.yml": "title: x\n", "index.md": "" })).toMatchObject({
    kind: "static",
    framework,
    buildCommand,
    outputDir,
  });
});

it("puts Jekyll's pages where its settings say", () => {
  expect(readingOf({ Gemfile: 'gem "jekyll"\n', "_config.yml": "destination: ./docs\n" }).outputDir).toBe("docs");
});

it("takes a gem for a package", () => {
  expect(
    readingOf({ Gemfile: "gemspec\n", "x.gemspec": "Gem::Specification.new\n", "lib/x.rb": "module X; end\n" }).kind,
  ).toBe("package");
});

describe("versions of Ruby", () => {
  it.each([
    ["3.2.2", { ".ruby-version": "ruby-3.2.2\n", Gemfile: 'gem "sinatra"\n' }],
    ["3.4.9", { Gemfile: "ruby '>= 3.2'\ngem 'sinatra'\n", "Gemfile.lock": "RUBY VERSION\n   ruby 3.4.9p1\n" }],
    ["3.1.0", { Gemfile: "ruby '3.1.0'\ngem 'sinatra'\n", "Gemfile.lock": "RUBY VERSION\n   ruby 3.4.9\n" }],
  ])("%s", (version, files) => {
    expect(readingOf(files).runtimeVersion).toBe(version);
  });
});

it("starts a rack program without a Gemfile without Bundler", () => {
  expect(readingOf({ "config.ru": "run ->(env) { [200, {}, []] }\n" }).startCommand).toBe(
    "rackup config.ru -o 0.0.0.0 -p $PORT",
  );
});

it("finds Sinatra where its own server listens, whatever else is installed", () => {
  const files = {
    Gemfile: "gem 'puma'\ngem 'sinatra'\n",
    "app.rb": "require 'sinatra'\nget('/') { 'hello' }\n",
    "config.ru": "require './app'\nrun Sinatra::Application\n",
    Procfile: "web: bundle exec ruby app.rb -p $PORT -o 0.0.0.0\n",
  };
  expect(readingOf(files).port).toBe(4567);
  expect(readingOf({ ...files, Procfile: "web: bundle exec puma\n" }).port).toBe(9292);
});
