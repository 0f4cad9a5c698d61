import { describe, expect, it } from "vitest";
import { cage, type Isolation } from "../../src/build/isolation.ts";
import { defaultLimits } from "../../src/build/limits.ts";
import { installationsOf, projectDirectories, toolDirectories } from "../../src/build/programs.ts";

const isolation: Isolation = {
  kind: "bubblewrap",
  bwrap: "/usr/bin/bwrap",
  prlimit: "/usr/bin/prlimit",
  setpriv: "/usr/bin/setpriv",
  env: "/usr/bin/env",
};
const view = { hide: [], readOnly: ["/opt/tools"], writable: ["/w/app"], tmp: "/w/tmp" };
const place = { view, cwd: "/w/app", limits: defaultLimits };

describe("cage", () => {
  const env = {
    PATH: "/bin",
    API_KEY: "secret-value",
    LD_PRELOAD: "/w/app/evil.so",
    LD_LIBRARY_PATH: "/w",
    GLIBC_TUNABLES: "x",
  };
  const { bwrap: _, ...rest } = isolation;
  const kinds: Isolation[] = [isolation, { ...rest, kind: "process" }];

  it.each(kinds)("keeps the linker's variables from the programs that build the cage ($kind)", (one) => {
    const caged = cage({ argv: ["/bin/npm", "ci"], env }, { ...place, isolation: one });
    expect(caged.env).toEqual({ PATH: "/bin", API_KEY: "secret-value" });
    const inner = [
      "/usr/bin/env",
      "LD_PRELOAD=/w/app/evil.so",
      "LD_LIBRARY_PATH=/w",
      "GLIBC_TUNABLES=x",
      "/bin/npm",
      "ci",
    ];
    expect(caged.argv.slice(-inner.length)).toEqual(inner);
  });

  it.each(kinds)("shows no value of a variable in the list of processes ($kind)", (one) => {
    const caged = cage({ argv: ["/bin/npm", "ci"], env }, { ...place, isolation: one });
    expect(caged.argv.join(" ")).not.toContain("secret-value");
  });

  it("mounts homes and the engine's data away, the workspace writable, the tools not", () => {
    const { argv } = cage({ argv: ["/bin/npm"], env: {} }, { ...place, isolation });
    const line = argv.join(" ");
    expect(line).toContain("--die-with-parent");
    expect(line).toContain("--tmpfs /root");
    expect(line).toContain("--bind /w/tmp /tmp --ro-bind");
    expect(line).toContain("--ro-bind /opt/tools /opt/tools");
    expect(line).toContain("--bind /w/app /w/app --chdir /w/app --");
    expect(line).not.toContain("--share-net");
  });

  it("ties plain processes to ours, so that they die with it", () => {
    const { argv } = cage({ argv: ["/bin/npm"], env: {} }, { ...place, isolation: { ...rest, kind: "process" } });
    expect(argv.slice(0, 3)).toEqual(["/usr/bin/setpriv", "--pdeathsig", "KILL"]);
  });
});

describe("the directories of programs", () => {
  it("leave out the node_modules/.bin of whoever started us", () => {
    expect(toolDirectories(["/home/me/site/node_modules/.bin", "relative", "/opt/bin"])).toContain("/opt/bin");
    expect(toolDirectories(["/home/me/site/node_modules/.bin", "relative"]).join()).not.toMatch(
      /node_modules|relative/,
    );
  });

  it("show an installation, but nothing else of a home", () => {
    expect(installationsOf(["/usr/bin"], "/home/me")).toContain("/usr");
    expect(installationsOf(["/nowhere/bin"], "/home/me")).toEqual([]);
  });

  it("put a service's own programs before those of the workspace above it", () => {
    expect(projectDirectories("/r", "apps/web")).toEqual([
      "/r/apps/web/.venv/bin",
      "/r/apps/web/node_modules/.bin",
      "/r/apps/node_modules/.bin",
      "/r/node_modules/.bin",
      "/r/apps/web/vendor/bin",
    ]);
  });
});
