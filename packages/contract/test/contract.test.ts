import { describe, expect, it } from "vitest";
import { contract, permissionsOf, proceduresOf, roles } from "../src/index.ts";

describe("the contract", () => {
  it("says of every procedure who may call it", () => {
    const unsaid = proceduresOf(contract).filter(({ access }) => access === "nobody");
    expect(unsaid).toEqual([]);
  });

  it("opens to anyone only what is meant for strangers", () => {
    const open = proceduresOf(contract).filter(({ access }) => access === "anyone");
    const names = ["health", "setup.status", "setup.run", "invitations.accept", "shares.get", "shares.events"];
    expect(open.map(({ name }) => name).sort()).toEqual(names.sort());
  });

  it("has one address for each procedure, with every field of it in the input", () => {
    const routes = proceduresOf(contract).map(({ method, path }) => `${method} ${path}`);
    expect(new Set(routes).size).toBe(routes.length);
    expect(proceduresOf(contract).every(({ method, path }) => method !== undefined && path !== undefined)).toBe(true);
  });

  it("reads by GET and changes by anything else", () => {
    for (const { name, access, method } of proceduresOf(contract)) {
      if (access.startsWith("read:")) expect([name, method]).toEqual([name, "GET"]);
    }
  });

  it("gives each role all that the one below has", () => {
    for (const [index, role] of roles.entries()) {
      const below = roles[index - 1];
      if (below) expect([...permissionsOf[below]].filter((one) => !permissionsOf[role].has(one))).toEqual([]);
    }
  });
});
