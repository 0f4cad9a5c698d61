/** Items about one service, from what its site answered. */
import type { ChecklistItem } from "./item.ts";
import type { Seen, SiteFindings } from "./findings.ts";
import type { ServicePlan } from "../plan/plan.ts";

/** Titles that generators leave in a new project. */
const generatedTitle =
  /^(?:vite(?: \+ \w+)*(?: \+ ts)?|vite app|create next app|react app|astro(?: basics)?|svelte app|welcome to nuxt!?|nuxt app|document|untitled|new document|home|\w+-(?:app|starter|template))$/i;

export function siteItems(
  service: ServicePlan,
  url: string | undefined,
  findings: SiteFindings | undefined,
): ChecklistItem[] {
  if (url === undefined || findings === undefined) {
    return [
      {
        id: "live",
        title: "The live URL answers",
        state: "unknown",
        detail: url === undefined ? `${service.name} has no URL.` : `${url} was not asked.`,
      },
    ];
  }
  // Strangers are kept out of all of it: nothing else can be seen from here.
  if (findings.home.status === 401 && findings.missing.status === 401) return [live(findings), https(url)];
  const isPage = isHtml(findings.home) && findings.home.status === 200;
  return [
    live(findings),
    https(url),
    ...(service.kind === "static" ? [] : [health(service, findings)]),
    ...(isPage ? pageItems(service, findings) : []),
    secrets(findings),
  ];
}

function pageItems(service: ServicePlan, findings: SiteFindings): ChecklistItem[] {
  return [
    notFound(service, findings),
    title(findings.home),
    description(findings.home),
    favicon(findings.icon),
    robots(findings.robots),
    sitemap(findings),
  ];
}

function live({ url, home }: SiteFindings): ChecklistItem {
  const item = { id: "live", title: "The live URL answers" } as const;
  if (home.status === 0)
    return { ...item, state: "warning", detail: `${url} does not answer: ${home.fault ?? "no reason given"}.` };
  if (home.status >= 500)
    return { ...item, state: "warning", detail: `${url} answers ${home.status}.`, command: "landfall logs" };
  if (home.location !== undefined && home.status < 400)
    return { ...item, state: "done", detail: `${url} answers ${home.status} and leads to ${home.location}.` };
  if (home.status >= 400)
    return {
      ...item,
      state: "unknown",
      detail: `${url} answers ${home.status}; that may be meant, for an API or a page behind a login.`,
    };
  return { ...item, state: "done", detail: `${url} answers ${home.status}.` };
}

function https(url: string): ChecklistItem {
  const item = { id: "https", title: "HTTPS" } as const;
  const { protocol, hostname } = new URL(url);
  if (protocol === "https:") return { ...item, state: "done", detail: "The address is served over HTTPS." };
  if (isLocal(hostname))
    return {
      ...item,
      state: "done",
      detail: "Not needed on this machine: browsers treat localhost as a secure origin.",
    };
  return { ...item, state: "todo", detail: `${url} is not encrypted; give the host a certificate.` };
}

function health(service: ServicePlan, { health: seen }: SiteFindings): ChecklistItem {
  const item = { id: "health", title: "Health path for monitoring" } as const;
  if (!seen)
    return {
      ...item,
      state: "todo",
      detail:
        "Only / is probed. Add a path that says whether the service can work, name it as healthPath in landfall.json, and let a monitor ask it every minute.",
    };
  if (seen.status >= 200 && seen.status < 300)
    return {
      ...item,
      state: "done",
      detail: `${service.check.path} answers ${seen.status}; let a monitor ask it every minute.`,
    };
  return {
    ...item,
    state: "warning",
    detail: `${service.check.path} ${seen.status === 0 ? `does not answer: ${seen.fault ?? "no reason given"}` : `answers ${seen.status}`}.`,
    command: "landfall logs",
  };
}

function notFound(service: ServicePlan, { missing, home }: SiteFindings): ChecklistItem {
  const item = { id: "not-found", title: "Page for wrong addresses" } as const;
  if (missing.status === 404 || missing.status === 410) {
    if (isHtml(missing) && textOf(missing.body).length > 0)
      return { ...item, state: "done", detail: "A wrong address gets 404 and a page of its own." };
    return {
      ...item,
      state: "todo",
      detail: `A wrong address gets 404 without a page; ${service.kind === "static" ? "add a 404.html to the output" : "answer with one that leads back"}.`,
    };
  }
  if (missing.status === 200 && service.static?.spaFallback && missing.body === home.body)
    return {
      ...item,
      state: "unknown",
      detail: "Every address gets the application, which has to show a page for those it does not know.",
    };
  if (missing.status === 200)
    return {
      ...item,
      state: "warning",
      detail: "A wrong address gets 200, so search engines and monitors take it for a page; answer 404.",
    };
  return {
    ...item,
    state: missing.status === 0 || missing.status >= 500 ? "warning" : "unknown",
    detail: missing.status === 0 ? "A wrong address gets no answer." : `A wrong address gets ${missing.status}.`,
  };
}

function title(home: Seen): ChecklistItem {
  const item = { id: "title", title: "Title of the page" } as const;
  const text = textOf(/<title\b[^>]*>([^<]*)<\/title>/i.exec(home.body)?.[1] ?? "");
  if (text === "")
    return { ...item, state: "todo", detail: "The page has no title; browsers and search results show one." };
  if (generatedTitle.test(text))
    return { ...item, state: "todo", detail: `The title is ${JSON.stringify(text)}, as the generator left it.` };
  return { ...item, state: "done", detail: JSON.stringify(text) };
}

function description(home: Seen): ChecklistItem {
  const item = { id: "description", title: "Description for search results" } as const;
  const tag = (home.body.match(/<meta\b[^>]*>/gi) ?? []).find((each) => /\bname\s*=\s*["']?description\b/i.test(each));
  const text = textOf(
    /\bcontent\s*=\s*(?:"([^"]*)"|'([^']*)')/i
      .exec(tag ?? "")
      ?.slice(1)
      .find(Boolean) ?? "",
  );
  if (text === "")
    return { ...item, state: "todo", detail: 'Add <meta name="description" content="…"> with a sentence or two.' };
  if (/^(?:generated by create next app|web site created using create-react-app)$/i.test(text))
    return { ...item, state: "todo", detail: `The description is ${JSON.stringify(text)}, as the generator left it.` };
  return { ...item, state: "done", detail: JSON.stringify(text.length > 160 ? `${text.slice(0, 160)}…` : text) };
}

function favicon(icon: Seen): ChecklistItem {
  const item = { id: "favicon", title: "Icon" } as const;
  if (icon.status === 200 && !isHtml(icon)) return { ...item, state: "done", detail: `${icon.path} answers.` };
  const what =
    icon.status === 200 ? "gets a page, not an image" : icon.status === 0 ? "gets no answer" : `gets ${icon.status}`;
  return { ...item, state: "todo", detail: `${icon.path} ${what}; browsers show a blank sheet.` };
}

function robots(seen: Seen): ChecklistItem {
  const item = { id: "robots", title: "robots.txt" } as const;
  if (seen.status !== 200 || isHtml(seen))
    return {
      ...item,
      state: "todo",
      detail: "There is none; search engines may read everything. Add one to say otherwise.",
    };
  if (refusesAll(seen.body))
    return {
      ...item,
      state: "warning",
      detail: "It keeps all search engines out of the whole site; for production that is rarely meant.",
    };
  return { ...item, state: "done", detail: "It is there." };
}

function sitemap({ sitemap: seen, robots: rules }: SiteFindings): ChecklistItem {
  const item = { id: "sitemap", title: "Sitemap" } as const;
  const named = rules.status === 200 && !isHtml(rules) ? /^[ \t]*sitemap:\s*(\S+)/im.exec(rules.body)?.[1] : undefined;
  if (named !== undefined) return { ...item, state: "done", detail: `robots.txt names ${named}.` };
  if (seen.status === 200 && !isHtml(seen)) return { ...item, state: "done", detail: "/sitemap.xml is there." };
  return { ...item, state: "todo", detail: "There is none; search engines find pages by links only." };
}

function secrets({ secretsSeen }: SiteFindings): ChecklistItem {
  const item = { id: "secrets", title: "No secrets in what visitors get" } as const;
  if (secretsSeen.length === 0)
    return { ...item, state: "done", detail: "None were found in the page and the scripts it loads." };
  return {
    ...item,
    state: "warning",
    detail: `Found in the page or its scripts: ${secretsSeen.join(", ")}. Take it out, deploy again, and replace the secret where it was issued: it is known now.`,
  };
}

/** Whether the rules for all robots forbid everything. */
function refusesAll(text: string): boolean {
  let forAll = false;
  let inRules = true;
  for (const line of text.split("\n")) {
    const [, field, value] = /^\s*([\w-]+)\s*:\s*([^#]*?)\s*(?:#.*)?$/.exec(line) ?? [];
    if (field === undefined || value === undefined) continue;
    if (/^user-agent$/i.test(field)) {
      // Names that follow each other share the rules after them; a name after rules begins a new group.
      forAll = value === "*" || (forAll && !inRules);
      inRules = false;
    } else {
      inRules = true;
      if (forAll && /^disallow$/i.test(field) && value === "/") return true;
    }
  }
  return false;
}

function isHtml(seen: Seen): boolean {
  return seen.contentType.startsWith("text/html") || /^\s*<!doctype html/i.test(seen.body);
}

/** Text without tags and with single spaces. */
function textOf(html: string): string {
  return html
    .replace(/<[^>]*>/g, " ")
    .replace(/\s+/g, " ")
    .trim();
}

function isLocal(hostname: string): boolean {
  return (
    hostname === "localhost" || hostname.endsWith(".localhost") || hostname === "[::1]" || hostname.startsWith("127.")
  );
}
