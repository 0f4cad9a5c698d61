import { describe, expect, it } from "vitest";
import { readingOf, servicesOf } from "./reading-of.ts";

const project = (sdk: string, packages: string[] = [], more = "<TargetFramework>net8.0</TargetFramework>") =>
  `<Project Sdk="${sdk}">\n<PropertyGroup>${more}</PropertyGroup>\n<ItemGroup>${packages.map((name) => `<PackageReference Include="${name}" Version="8.0.0" />`).join("\n")}</ItemGroup>\n</Project>`;
const web = "Microsoft.NET.Sdk.Web";

describe("kinds by SDK", () => {
  it("serves ASP.NET on the port it is given", () => {
    expect(
      readingOf({ "Api.csproj": project(web), "Program.cs": "var app = builder.Build(); app.Run();" }),
    ).toMatchObject({
      kind: "server",
      framework: "aspnet",
      runtime: "dotnet",
      runtimeVersion: "8.0",
      packageManager: "nuget",
      buildCommand: "dotnet publish -c Release -o out",
      startCommand: "dotnet out/Api.dll --urls http://0.0.0.0:$PORT",
      port: 5000,
    });
  });

  it("names the project beside its solution, of which .NET would publish all", () => {
    expect(readingOf({ "Shop.csproj": project(web), "Shop.sln": "", "Program.cs": "app.Run();" })).toMatchObject({
      installCommand: "dotnet restore Shop.csproj",
      buildCommand: "dotnet publish Shop.csproj -c Release -o out",
    });
  });

  it("shows Blazor's files in the browser", () => {
    expect(readingOf({ "App.csproj": project("Microsoft.NET.Sdk.BlazorWebAssembly") })).toMatchObject({
      kind: "static",
      framework: "blazor",
      outputDir: "out/wwwroot",
    });
  });

  it("serves a program that keeps its tests in its own project", () => {
    expect(
      readingOf({
        "Api.csproj": project(web, ["Microsoft.NET.Test.Sdk", "xunit"]),
        "Program.cs": "var builder = WebApplication.CreateBuilder(args);",
      }),
    ).toMatchObject({ kind: "server", framework: "aspnet" });
  });

  it("runs a worker service", () => {
    expect(readingOf({ "W.csproj": project("Microsoft.NET.Sdk.Worker") })).toMatchObject({
      kind: "worker",
      startCommand: "dotnet out/W.dll",
    });
  });

  it("takes a library with samples of its use for a package", () => {
    const sample = project(web, [], "<TargetFramework>net8.0</TargetFramework>").replace(
      "<ItemGroup>",
      '<ItemGroup><ProjectReference Include="..\\..\\src\\Bots\\Bots.csproj" />',
    );
    expect(
      readingOf({
        "Bots.sln": "",
        "src/Bots/Bots.csproj": project("Microsoft.NET.Sdk"),
        "samples/Echo/Echo.csproj": sample,
        "samples/Echo/Program.cs": "app.Run();",
      }).kind,
    ).toBe("package");
  });

  it("takes a library for a package", () => {
    expect(readingOf({ "Lib.csproj": project("Microsoft.NET.Sdk") }).kind).toBe("package");
  });

  it("reads F# too", () => {
    expect(readingOf({ "Api.fsproj": project(web) }).framework).toBe("aspnet");
  });
});

const reference = (path: string) =>
  `</PropertyGroup><ItemGroup><ProjectReference Include="${path}" /></ItemGroup><PropertyGroup>`;

describe("solutions", () => {
  const files = {
    "Shop.sln": "",
    "src/Web/Web.csproj": project(web, [], "<AssemblyName>Shop.Web</AssemblyName>"),
    "src/Data/Data.csproj": project("Microsoft.NET.Sdk", ["Npgsql.EntityFrameworkCore.PostgreSQL"]),
    "tests/Web.Tests/Web.Tests.csproj": project(web, ["Microsoft.NET.Test.Sdk"]),
    "Directory.Build.props":
      "<Project><PropertyGroup><TargetFramework>net9.0</TargetFramework></PropertyGroup></Project>",
  };

  it("publish the program, under its assembly's name", () => {
    expect(readingOf(files)).toMatchObject({
      buildCommand: "dotnet publish src/Web/Web.csproj -c Release -o out",
      startCommand: "dotnet out/Shop.Web.dll --urls http://0.0.0.0:$PORT",
    });
  });

  it("take the version of Directory.Build.props", () => {
    expect(readingOf(files).runtimeVersion).toBe("9.0");
  });

  it("use the databases of their libraries", () => {
    expect(readingOf(files).database).toEqual(["postgres"]);
  });

  it("with several programs list them, and neither tests nor what they refer to", () => {
    const several = {
      ...files,
      "src/Web/Web.csproj": project(web, [], reference("..\\Pages\\Pages.csproj")),
      "src/Pages/Pages.csproj": project("Microsoft.NET.Sdk.BlazorWebAssembly"),
      "src/Jobs/Jobs.csproj": project("Microsoft.NET.Sdk.Worker", [], reference("../Data/Data.csproj")),
    };
    expect(readingOf(several)).toMatchObject({ kind: "monorepo", packageManager: "nuget" });
    expect(servicesOf(several).map(({ path, reading }) => [path, reading.kind, reading.database])).toEqual([
      ["src/Jobs", "worker", ["postgres"]],
      ["src/Web", "server", []],
    ]);
  });
});

it("quotes names with spaces", () => {
  const reading = readingOf({ "Shop.slnx": "", "My Shop/My Shop.csproj": project(web) });
  expect(reading.buildCommand).toBe('dotnet publish "My Shop/My Shop.csproj" -c Release -o out');
  expect(reading.startCommand).toBe('dotnet "out/My Shop.dll" --urls http://0.0.0.0:$PORT');
});

describe("ports", () => {
  it.each([
    ["of the code", { "Program.cs": 'app.Run("http://0.0.0.0:5123");' }, 5123],
    ["of the settings", { "appsettings.json": '{"Urls": "http://localhost:5055"}' }, 5055],
    ["of the container", { Dockerfile: "FROM mcr.microsoft.com/dotnet/aspnet:8.0\nEXPOSE 8080\nEXPOSE 8081\n" }, 8080],
  ])("%s", (_, files, port) => {
    expect(readingOf({ "Api.csproj": project(web), ...files }).port).toBe(port);
  });

  it("are left to the program when it reads PORT", () => {
    const reading = readingOf({
      "Api.csproj": project(web),
      "Program.cs": 'var port = Environment.GetEnvironmentVariable("PORT") ?? "3000";',
    });
    expect(reading).toMatchObject({ startCommand: "dotnet out/Api.dll", port: 3000 });
  });
});

it("wins over a package.json beside it", () => {
  expect(readingOf({ "Api.csproj": project(web), "package.json": '{"scripts":{"build":"gulp"}}' })).toMatchObject({
    runtime: "dotnet",
    confidence: 0.95,
  });
});

describe("a solution inside another", () => {
  it("is somebody else's", () => {
    const files = {
      "Shop.sln": "",
      "src/Web/Web.csproj": project(web),
      "starter/Starter.sln": "",
      "starter/src/Web/Web.csproj": project(web),
    };
    expect(readingOf(files)).toMatchObject({
      kind: "server",
      startCommand: "dotnet out/Web.dll --urls http://0.0.0.0:$PORT",
    });
  });
});

it("finds the program its solution names, though it lies beside a solution of its own", () => {
  expect(
    readingOf({
      "Blog.slnx":
        '<Solution><Project Path="src/Blog.Web/Blog.Web.csproj" /><Project Path="gone/Gone.csproj" /></Solution>',
      "src/Blog.Web/Blog.Web.sln": "",
      "src/Blog.Web/Blog.Web.csproj": project(web),
      "tools/Css/Css.csproj": project("Microsoft.NET.Sdk", [], "<OutputType>Exe</OutputType>"),
    }),
  ).toMatchObject({ kind: "server", buildCommand: "dotnet publish src/Blog.Web/Blog.Web.csproj -c Release -o out" });
});

it("runs the programs of a solution that is called samples as a whole", () => {
  const files = {
    "Acme.Samples.sln": "",
    "Acme.Samples.Orders/Acme.Samples.Orders.csproj": project("Microsoft.NET.Sdk.Worker"),
    "Acme.Samples.Web/Acme.Samples.Web.csproj": project(web),
  };
  expect(readingOf(files).kind).toBe("monorepo");
});

it("leaves out what is no program of a solution below the root", () => {
  const files = {
    "src/Shop.sln": "",
    "src/Shop.Web/Shop.Web.csproj": project(web),
    "src/Shop.Worker/Shop.Worker.csproj": project("Microsoft.NET.Sdk.Worker"),
    "src/Shop.Filler/Shop.Filler.csproj": project("Microsoft.NET.Sdk", [], "<OutputType>Exe</OutputType>"),
  };
  expect(servicesOf(files).map(({ path }) => path)).toEqual(["src/Shop.Web", "src/Shop.Worker"]);
});
