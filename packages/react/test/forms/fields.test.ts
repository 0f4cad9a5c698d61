import { join } from "node:path";
import { detect } from "@landfall/engine/detect/detect";
import { describe, expect, it } from "vitest";
import {
  allFaults,
  detectedText,
  evidenceFor,
  fieldOf,
  fileOf,
  overrideFaults,
  servicesOf,
  withField,
  withTyped,
} from "../../src/forms/fields.ts";
import type { Detection } from "../../src/types.ts";

function detected(example: string): Detection {
  const { dir: _dir, ...detection } = detect(join(import.meta.dirname, "../../../../examples", example));
  return detection;
}

describe("where a value comes from", () => {
  const kettle = detected("vite-react");
  const [service] = servicesOf(kettle);

  it.each([
    ["framework", "vite", "package.json"],
    ["installCommand", "npm ci", "package-lock.json"],
    ["buildCommand", "npm run build", "package.json"],
    ["outputDir", "dist", "vite.config.js"],
  ] as const)("%s is %s, detected from %s", (name, value, file) => {
    expect(detectedText(service!, name)).toBe(value);
    expect(evidenceFor(kettle, service!, name).map(fileOf)[0]).toBe(file);
  });

  it("is said with the strongest evidence first", () => {
    const weak = {
      ...kettle.evidence.find(({ field }) => field === "outputDir")!,
      at: ".gitignore:3",
      confidence: 0.2,
    };
    const both = evidenceFor({ ...kettle, evidence: [weak, ...kettle.evidence] }, service!, "outputDir");
    expect(both.map(fileOf)).toEqual(["vite.config.js", ".gitignore"]);
  });

  it("is not taken from the workspace for one of its services, but for what installs it", () => {
    const monorepo = detected("monorepo");
    const web = servicesOf(monorepo).find(({ path }) => path === "apps/web")!;
    expect(detectedText(web, "buildCommand")).toBe("npm run build");
    expect(evidenceFor(monorepo, web, "buildCommand")).toEqual([]);
    expect(evidenceFor(monorepo, web, "installCommand").map(fileOf)).toEqual(["package-lock.json"]);
  });

  it("is the whole where there are no services", () => {
    const empty = { ...kettle, services: [] };
    expect(servicesOf(empty)).toMatchObject([{ path: ".", framework: "vite" }]);
  });
});

describe("what is typed", () => {
  const build = { name: "buildCommand", mayBeEmpty: true } as const;
  const output = { name: "outputDir" } as const;

  it("is an override, unless it is what was detected", () => {
    expect(withTyped({}, build, { text: "make", detected: "npm run build" })).toEqual({ buildCommand: "make" });
    expect(withTyped({ buildCommand: "x" }, build, { text: "npm run build", detected: "npm run build" })).toEqual({});
  });

  it("may be nothing where that is an answer", () => {
    expect(withTyped({}, build, { text: "", detected: "npm run build" })).toEqual({ buildCommand: "" });
    expect(withTyped({ outputDir: "x" }, output, { text: "", detected: "dist" })).toEqual({});
  });

  it("is reset one field at a time", () => {
    expect(withField({ port: 1, buildCommand: "x" }, "port", null)).toEqual({ buildCommand: "x" });
  });
});

describe("faults", () => {
  it("are found all at once", () => {
    const value = { port: Number.NaN, healthPath: "//evil", outputDir: "a/../../b" };
    expect(overrideFaults(value).map(({ path }) => path)).toEqual([
      "overrides.port",
      "overrides.healthPath",
      "overrides.outputDir",
    ]);
    expect(overrideFaults({ port: 8080, healthPath: "/health?x=1", outputDir: "dist/a..b" })).toEqual([]);
    expect(overrideFaults(withField({}, "port", "80 80"))).toHaveLength(1);
  });

  it("lead to their fields, whoever found them", () => {
    expect(["overrides.port", "port", "services.web.port", "services", "source.ref", "kind"].map(fieldOf)).toEqual([
      "port",
      "port",
      "port",
      "services",
      null,
      "kind",
    ]);
    const own = [{ path: "overrides.port", message: "ours" }];
    const given = [
      { path: "port", message: "the server's" },
      { path: "source.ref", message: "no branch" },
    ];
    expect(allFaults(own, given).map(({ message }) => message)).toEqual(["ours", "no branch"]);
  });
});
