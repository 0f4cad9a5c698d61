/** The procedures of a contract as a list, for tests, documents and whoever checks them all. */
import { type AnyContractRouter, isContractProcedure } from "@orpc/contract";
import type { Meta } from "./base.ts";
import type { Access } from "./permissions.ts";

export interface ProcedureFacts {
  /** Dotted: `deployments.create`. */
  name: string;
  access: Access;
  method: string | undefined;
  /** Below /api, with `{fields}`. */
  path: string | undefined;
}

/** All of them, in the order they are declared. */
export function proceduresOf(router: AnyContractRouter, prefix = ""): ProcedureFacts[] {
  if (isContractProcedure(router)) {
    const { meta, route } = router["~orpc"];
    return [{ name: prefix, access: (meta as Meta).access, method: route.method, path: route.path }];
  }
  return Object.entries(router).flatMap(([name, below]) =>
    proceduresOf(below as AnyContractRouter, prefix === "" ? name : `${prefix}.${name}`),
  );
}
