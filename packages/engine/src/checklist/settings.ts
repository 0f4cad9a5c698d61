/** Items about the project: variables, database, sign-in, domain, the way back. */
import type { ChecklistItem } from "./item.ts";
import type { DeployPlan, PlannedVariable, ServicePlan } from "../plan/plan.ts";

/** Variables that hold the application's own address, which is known only now. */
const ownAddress =
  /^(?:NEXTAUTH_URL|AUTH_URL|BETTER_AUTH_URL|ORIGIN|APP_URL|SITE_URL|BASE_URL|PUBLIC_URL|(?:NEXT_PUBLIC|NUXT_PUBLIC|VITE|PUBLIC)_(?:APP|SITE|BASE)_URL)$/;

/** Variables of an OAuth client: `AUTH_GITHUB_ID`, `GITHUB_CLIENT_ID`, `GOOGLE_ID`. The group is the provider. */
const oauthClient = /^(?:AUTH_)?([A-Z0-9]+)_(?:CLIENT_)?ID$/;

const oauthProviders = new Set([
  "GITHUB",
  "GITLAB",
  "GOOGLE",
  "FACEBOOK",
  "TWITTER",
  "DISCORD",
  "SLACK",
  "APPLE",
  "LINKEDIN",
  "MICROSOFT",
  "AZURE",
  "AUTH0",
  "OKTA",
  "KEYCLOAK",
  "SPOTIFY",
  "TWITCH",
  "ATLASSIAN",
]);

/** Validation kinds of addresses of databases, and names that say so by themselves. */
const databaseValidation = /^(?:postgres|mysql|mongodb|redis|libsql)/;
const databaseName = /^(?:DATABASE|DB|POSTGRES|PG|MYSQL|MONGO(?:DB)?|REDIS)_UR[LI]$/;

/** Servers that keep data of their own; `sqlite` is a file. */
const databaseServers = new Set(["postgres", "mysql", "mariadb", "mongodb", "mssql", "cockroachdb"]);

export function settingItems(
  plan: DeployPlan,
  urls: Record<string, string>,
  rollbackTo: string | null | undefined,
): ChecklistItem[] {
  return [
    variables(plan),
    ...databaseItems(plan),
    ...authCallbacks(plan, urls),
    ...domain(plan, urls),
    rollback(plan, rollbackTo),
  ];
}

function variables(plan: DeployPlan): ChecklistItem {
  const item = { id: "variables", title: "Variables" } as const;
  const all = plan.services.flatMap((service) => service.variables);
  const missing = names(all.filter((variable) => variable.from === "missing" && variable.required));
  const open = names(all.filter((variable) => variable.from === "missing" && !variable.required));
  if (missing.length > 0)
    return {
      ...item,
      state: "todo",
      detail: `Not set, and the code needs them: ${missing.join(", ")}.`,
      command: setCommand(plan, missing),
    };
  if (all.length === 0) return { ...item, state: "done", detail: "The code reads none." };
  const optional = open.length === 0 ? "" : ` Not set, and the code does without: ${open.join(", ")}.`;
  return { ...item, state: "done", detail: `All that are required are set.${optional}` };
}

function databaseItems(plan: DeployPlan): ChecklistItem[] {
  const kinds = [...new Set(plan.evidence.filter((each) => each.field === "database").map((each) => each.value))];
  const addresses = plan.services
    .flatMap((service) => service.variables)
    .filter((variable) => databaseValidation.test(variable.validation ?? "") || databaseName.test(variable.key));
  const items: ChecklistItem[] = [];
  const missing = names(addresses.filter((variable) => variable.from === "missing"));
  const title = "The database can be reached";
  if (missing.length > 0)
    items.push({
      id: "database",
      title,
      state: "todo",
      detail: `Its address is not set: ${missing.join(", ")}.`,
      command: setCommand(plan, missing),
    });
  else if (addresses.length > 0)
    items.push({
      id: "database",
      title,
      state: "unknown",
      detail: `Landfall does not connect to it. Open a page that reads from it; if that fails, look whether the host in ${names(addresses).join(", ")} can be reached from where the service runs.`,
      command: `landfall logs ${plan.project}`,
    });
  if (kinds.includes("sqlite"))
    items.push({
      id: "backups",
      title: "Data and backups",
      state: "warning",
      detail:
        "The project uses SQLite. A file inside the project is not carried over to the next release: keep it in a directory outside, and copy it away regularly.",
    });
  else if (kinds.some((kind) => databaseServers.has(kind)))
    items.push({
      id: "backups",
      title: "Data and backups",
      state: "todo",
      detail:
        "Landfall does not back the database up. Switch on its host's backups, and restore one once to see that it works. A rollback gives back the code, not the data.",
    });
  return items;
}

function authCallbacks(plan: DeployPlan, urls: Record<string, string>): ChecklistItem[] {
  return plan.services.flatMap((service) => {
    const url = urls[service.name];
    if (url === undefined) return [];
    return [...addressItems(plan, service, url), ...oauthItems(service, url)];
  });
}

function addressItems(plan: DeployPlan, service: ServicePlan, url: string): ChecklistItem[] {
  const own = service.variables.filter((variable) => ownAddress.test(variable.key));
  const item = { id: "auth-callbacks", title: "The application knows its address" } as const;
  const missing = names(own.filter((variable) => variable.from === "missing"));
  if (missing.length > 0)
    return [
      {
        ...item,
        state: "todo",
        detail: `Set ${missing.join(", ")} to ${url}, then deploy again.`,
        command: `landfall env set ${missing.map((key) => `${key}=${url}`).join(" ")}${target(plan)}`,
      },
    ];
  const set = names(own.filter((variable) => variable.from !== "generated" && variable.from !== "default"));
  if (set.length === 0) return [];
  return [{ ...item, state: "unknown", detail: `${set.join(", ")} should be ${url}, or the domain people use.` }];
}

function oauthItems(service: ServicePlan, url: string): ChecklistItem[] {
  const providers = service.variables.flatMap(({ key, from }) => {
    const name = oauthClient.exec(key)?.[1];
    return from !== "missing" && name !== undefined && oauthProviders.has(name) ? [name.toLowerCase()] : [];
  });
  // The path is that of Auth.js and Better Auth, which are what most projects with these variables use.
  return [...new Set(providers)].map((provider) => ({
    id: "auth-callbacks",
    title: `Sign-in with ${provider} leads back here`,
    state: "todo",
    detail: `Add the callback address to the OAuth application at ${provider}; with Auth.js or Better Auth it is ${url.replace(/\/$/, "")}/api/auth/callback/${provider}.`,
  }));
}

function domain(plan: DeployPlan, urls: Record<string, string>): ChecklistItem[] {
  const hosts = [...new Set(Object.values(urls).map((url) => new URL(url).hostname))];
  if (hosts.length === 0) return [];
  const item = { id: "domain", title: "A domain of your own" } as const;
  const isHere = plan.services.some((service) => service.hosts.length > 0);
  if (isHere && hosts.every((host) => host === "localhost" || host.endsWith(".localhost") || /^[\d.]+$|^\[/.test(host)))
    return [
      {
        ...item,
        state: "todo",
        detail: `${hosts.join(", ")} can be opened on this machine only. For others, deploy to a platform on the network.`,
      },
    ];
  const own = plan.services.flatMap((service) => service.hosts).filter((host) => !hosts.includes(host));
  return own.length > 0
    ? [{ ...item, state: "done", detail: `Also at ${own.join(", ")}.` }]
    : [
        {
          ...item,
          state: "todo",
          detail: `The address is ${hosts.join(", ")}, which is the platform's. Add a domain when you have one; which records to set is told then.`,
          command: `landfall domains add <domain> --project ${plan.project}`,
        },
      ];
}

function rollback(plan: DeployPlan, to: string | null | undefined): ChecklistItem {
  const item = { id: "rollback", title: "A way back" } as const;
  if (to === undefined) return { ...item, state: "unknown", detail: "Nobody looked for an earlier release." };
  if (to === null)
    return {
      ...item,
      state: "todo",
      detail: "This is the first release. From the next deployment on there is one to go back to.",
    };
  return {
    ...item,
    state: "done",
    detail: `${to} can be given the traffic back.`,
    command: `landfall rollback ${plan.project}${plan.environment === "production" ? "" : ` --environment ${plan.environment}`}`,
  };
}

function names(all: PlannedVariable[]): string[] {
  return [...new Set(all.map((variable) => variable.key))];
}

function setCommand(plan: DeployPlan, keys: string[]): string {
  return `landfall env set ${keys.join(" ")}${target(plan)}`;
}

function target(plan: DeployPlan): string {
  return ` --project ${plan.project}${plan.environment === "production" ? "" : ` --environment ${plan.environment}`}`;
}
