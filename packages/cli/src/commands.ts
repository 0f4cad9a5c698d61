/** Every command, in the order of the help. */
import { backup } from "./commands/backup.ts";
import { cancel } from "./commands/cancel.ts";
import { connect } from "./commands/connect.ts";
import { connections } from "./commands/connections.ts";
import { deploy } from "./commands/deploy.ts";
import { detect } from "./commands/detect.ts";
import { domains } from "./commands/domains.ts";
import { disconnect } from "./commands/disconnect.ts";
import { doctor } from "./commands/doctor.ts";
import { edge } from "./commands/edge.ts";
import { env } from "./commands/env.ts";
import { exec } from "./commands/exec.ts";
import { init } from "./commands/init.ts";
import { login } from "./commands/login.ts";
import { logout } from "./commands/logout.ts";
import { inspect } from "./commands/inspect.ts";
import { logs } from "./commands/logs.ts";
import { ls } from "./commands/ls.ts";
import { mcp } from "./commands/mcp.ts";
import { notifications } from "./commands/notifications.ts";
import { open } from "./commands/open.ts";
import { plan } from "./commands/plan.ts";
import { platforms } from "./commands/platforms.ts";
import { projects } from "./commands/projects.ts";
import { promote } from "./commands/promote.ts";
import { protection } from "./commands/protection.ts";
import { redeploy } from "./commands/redeploy.ts";
import { resetPassword } from "./commands/reset-password.ts";
import { restore } from "./commands/restore.ts";
import { rm } from "./commands/rm.ts";
import { rollback } from "./commands/rollback.ts";
import { rotateKey } from "./commands/rotate-key.ts";
import { servers } from "./commands/servers.ts";
import { serve } from "./commands/serve.ts";
import { simulate } from "./commands/simulate.ts";
import { start } from "./commands/start.ts";
import { status } from "./commands/status.ts";
import { stop } from "./commands/stop.ts";
import { targets } from "./commands/targets.ts";
import { whoami } from "./commands/whoami.ts";
import { why } from "./commands/why.ts";
import { worker } from "./commands/worker.ts";
import type { Registry } from "./registry.ts";

const groups: [string, ((registry: Registry) => void)[]][] = [
  ["Bring live:", [deploy, plan, detect, init, env]],
  ["See:", [platforms, projects, ls, inspect, status, logs, open, why]],
  ["Change:", [redeploy, rollback, promote, cancel, stop, start, domains, protection, notifications, rm]],
  ["Accounts:", [connect, connections, targets, whoami, disconnect, login, logout]],
  ["Run:", [serve, exec, servers, mcp, worker, edge, simulate, doctor, backup, restore, rotateKey, resetPassword]],
];

export function register(registry: Registry): void {
  for (const [title, commands] of groups) {
    registry.program.commandsGroup(title);
    for (const command of commands) command(registry);
  }
}
