/** `landfall doctor`: what this machine and data directory can and cannot do, each with what to do about it. */
import { accessSync, constants, statfsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { sql } from "kysely";
import { lastBackup } from "./backup/last.ts";
import { reportOf } from "./error.ts";
import type { Account } from "./platform.ts";
import { exec } from "./process/exec.ts";
import type { Serving } from "./platforms/local/elsewhere.ts";
import type { Store } from "./store/store.ts";

export interface DoctorFinding {
  id: string;
  state: "ok" | "warning" | "error";
  what: string;
  next?: string;
}

const lowDiskBytes = 2 * 1024 ** 3;
const backupDays = 7;
const endsSoonMs = 3 * 24 * 3_600_000;

const tools: { name: string; args: string[]; for: string; needed: boolean; next: string }[] = [
  { name: "git", args: ["--version"], for: "sources from git", needed: false, next: "Install git 2.31 or later." },
  {
    name: "npm",
    args: ["--version"],
    for: "JavaScript projects",
    needed: true,
    next: "Install Node.js, which brings npm: https://nodejs.org",
  },
  { name: "python3", args: ["--version"], for: "Python projects", needed: false, next: "Install Python 3." },
  {
    name: "bwrap",
    args: ["--version"],
    for: "isolated builds (without it builds run as plain processes)",
    needed: false,
    next: "Install bubblewrap.",
  },
];

export async function diagnose({
  store,
  edge,
  toolPath,
  resolves,
  baseDomain,
}: {
  store: Store;
  edge: Serving;
  toolPath: string[];
  resolves(host: string): Promise<boolean>;
  baseDomain: string;
}): Promise<DoctorFinding[]> {
  return [
    { id: "node", state: "ok", what: `Node ${process.version}.` },
    dataDirectory(store.home),
    await database(store),
    ...(await bytesFindings(store)),
    ...(await Promise.all(tools.map((tool) => programFinding(tool, toolPath, store.home)))),
    await edgeFinding(edge, store.organization),
    await names(resolves, baseDomain),
    await waiting(store),
    ...(await backupFindings(store)),
    ...(await connectionFindings(store)),
  ];
}

function dataDirectory(home: string): DoctorFinding {
  try {
    accessSync(home, constants.R_OK | constants.W_OK);
  } catch {
    return {
      id: "data",
      state: "error",
      what: `${home} cannot be written.`,
      next: "Give this user the right to write there, or choose another with LANDFALL_HOME.",
    };
  }
  const { bavail, bsize } = statfsSync(home);
  const free = bavail * bsize;
  const text = `${home}, ${(free / 1024 ** 3).toFixed(1)} GB free.`;
  return free < lowDiskBytes
    ? { id: "data", state: "warning", what: text, next: "Free some space: builds and releases are kept there." }
    : { id: "data", state: "ok", what: text };
}

async function database({ db, kind }: Store): Promise<DoctorFinding> {
  try {
    if (kind === "postgres") {
      const { rows } = await sql<{ server_version: string }>`show server_version`.execute(db);
      return { id: "database", state: "ok", what: `PostgreSQL ${rows[0]!.server_version} answers.` };
    }
    const { rows } = await sql<{ quick_check: string }>`pragma quick_check`.execute(db);
    if (rows[0]?.quick_check === "ok") return { id: "database", state: "ok", what: "The database is sound." };
    return {
      id: "database",
      state: "error",
      what: `The database is damaged: ${rows[0]?.quick_check}.`,
      next: "Restore it from a backup.",
    };
  } catch (error) {
    return { id: "database", state: "error", what: reportOf(error).what, next: "Restore the database from a backup." };
  }
}

/** Nothing where bytes are on this machine: that is the data directory. */
async function bytesFindings({ blobs }: Store): Promise<DoctorFinding[]> {
  if (blobs.address === blobs.directory) return [];
  try {
    await blobs.check();
    return [{ id: "store", state: "ok", what: `Bytes are in ${blobs.address}, which answers.` }];
  } catch (error) {
    const { what, next } = reportOf(error);
    return [
      { id: "store", state: "error", what: `${blobs.address}: ${what}`, ...(next === undefined ? {} : { next }) },
    ];
  }
}

async function programFinding(tool: (typeof tools)[number], toolPath: string[], home: string): Promise<DoctorFinding> {
  const id = `tool-${tool.name}`;
  try {
    const { code, stdout } = await exec([tool.name, ...tool.args], {
      cwd: home,
      env: { PATH: toolPath.join(delimiter), HOME: join(home, "scratch") },
      timeoutMs: 10_000,
    });
    if (code === 0) return { id, state: "ok", what: `${tool.name} ${stdout.trim().split("\n", 1)[0]}: ${tool.for}.` };
  } catch {
    // Not there or not startable: the same advice.
  }
  return {
    id,
    state: tool.needed ? "error" : "warning",
    what: `${tool.name} is not there: ${tool.for}.`,
    next: tool.next,
  };
}

async function edgeFinding(edge: Serving, organization: string): Promise<DoctorFinding> {
  const report = await edge.status();
  if (!report)
    return {
      id: "edge",
      state: "warning",
      what: "The edge is not running: nothing deployed on this machine answers.",
      next: "It starts with the next deployment, or now with: landfall serve",
    };
  const own = report.services.filter((service) => service.live && service.organization === organization);
  const stopped = own.filter(({ state }) => state === "stopped").length;
  const served = own.length - stopped;
  const bad = own.filter((service) => !["serving", "running", "stopped"].includes(service.state));
  if (bad.length === 0)
    return {
      id: "edge",
      state: "ok",
      what: `The edge (${report.version}) serves ${served} ${served === 1 ? "service" : "services"} on port ${report.port}${report.machine === undefined ? "" : ` of ${report.machine}`}${stopped === 0 ? "" : `; stopped: ${stopped}`}.`,
    };
  return {
    id: "edge",
    state: "error",
    what: `Not running as they should: ${bad.map((one) => `${one.project}/${one.service} (${one.state})`).join(", ")}.`,
    next: `Read: landfall logs ${bad[0]!.project}`,
  };
}

async function names(resolves: (host: string) => Promise<boolean>, baseDomain: string): Promise<DoctorFinding> {
  const host = `landfall-check.${baseDomain}`;
  if (await resolves(host)) return { id: "names", state: "ok", what: `*.${baseDomain} leads to this machine.` };
  return {
    id: "names",
    state: "warning",
    what: `The system's resolver does not know *.${baseDomain}. Browsers and curl do; for other programs every deployment has a port of its own too.`,
    next: "On Linux, install libnss-myhostname to have the names everywhere.",
  };
}

async function waiting({ db, organization }: Store): Promise<DoctorFinding> {
  const rows = await db
    .selectFrom("deployment")
    .select(["id", "lease_owner"])
    .where("organization_id", "=", organization)
    .where("state", "not in", ["success", "failed", "cancelled"])
    .execute();
  const idle = rows.filter((row) => row.lease_owner === null);
  if (idle.length === 0)
    return {
      id: "deployments",
      state: "ok",
      what: rows.length === 0 ? "No deployment is under way." : `${rows.length} under way.`,
    };
  return {
    id: "deployments",
    state: "warning",
    what: `${idle.length} wait to be worked on.`,
    next: "Run: landfall worker --until-idle",
  };
}

/** Of the whole installation; nothing where there is nothing to lose yet. */
async function backupFindings(store: Store): Promise<DoctorFinding[]> {
  const any = await store.db.selectFrom("project").select("id").limit(1).executeTakeFirst();
  if (!any) return [];
  const last = await store.setting(lastBackup);
  const next = "Run: landfall backup FILE, onto another disk; docs/backup.md says how to do it every day.";
  if (last === null)
    return [{ id: "backup", state: "warning", what: "There is no backup that was restored for a test.", next }];
  const days = Math.floor((store.clock.now() - Date.parse(last)) / (24 * 3_600_000));
  const what = `The last backup that was restored for a test is of ${last.slice(0, 16).replace("T", " ")} UTC.`;
  return [
    days >= backupDays
      ? { id: "backup", state: "warning", what: `${what} That is ${days} days ago.`, next }
      : { id: "backup", state: "ok", what },
  ];
}

/** What the connections are known to lack; nobody is asked. */
async function connectionFindings({ db, clock, organization }: Store): Promise<DoctorFinding[]> {
  const rows = await db
    .selectFrom("connection")
    .selectAll()
    .where("organization_id", "=", organization)
    .orderBy("platform")
    .orderBy("name")
    .execute();
  if (rows.length === 0) return [];
  const bad = rows.flatMap((row): DoctorFinding[] => {
    const { missingScopes = [] } = JSON.parse(row.account) as Account;
    const leftMs = row.renews === 1 || row.expires_at === null ? Infinity : row.expires_at - clock.now();
    const fault =
      row.fault ??
      (leftMs <= 0 ? "It has ended." : undefined) ??
      (missingScopes.length > 0 ? `It may not: ${missingScopes.join(", ")}.` : undefined) ??
      (leftMs < endsSoonMs ? `It ends on ${new Date(row.expires_at!).toISOString().slice(0, 10)}.` : undefined);
    if (fault === undefined) return [];
    return [
      {
        id: `connection-${row.platform}`,
        state: row.fault !== null || leftMs <= 0 ? "error" : "warning",
        what: `${row.name}: ${fault}`,
        next: `Connect it again: landfall connect ${row.platform}`,
      },
    ];
  });
  const well = `${rows.length === 1 ? "The connected account is" : `The ${rows.length} connected accounts are`} well, as far as known.`;
  return bad.length > 0 ? bad : [{ id: "connections", state: "ok", what: well }];
}
