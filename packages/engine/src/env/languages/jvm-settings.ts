/**
 * Settings that classes of Quarkus and Spring ask for by name, `@ConfigProperty(name = "github.token")`, `@Value("${jwt.secret}")`: what
 * no file of the project defines comes from the environment, `GITHUB_TOKEN`.
 * Source: https://smallrye.io/smallrye-config, "Environment variables"; Spring's SystemEnvironmentPropertySource.
 */
import type { Project } from "../../detect/reading.ts";
import type { Scope } from "../scope.ts";
import type { Sighting } from "../sighting.ts";

const injected =
  /@ConfigProperty\(\s*name\s*=\s*(?:"([a-z][\w-]*(?:\.[\w-]+)+)"|(?:\w+\.)*([A-Z][A-Z0-9_]+))\s*\)(?!\s*(?:\w+\s+){0,4}Optional)|@Value\(\s*"\\?\$\{([a-z][\w-]*(?:\.[\w-]+)+)\}"\s*\)/g;
const constant =
  /\bString\s+([A-Z][A-Z0-9_]+)\s*=\s*"([a-z][\w-]*(?:\.[\w-]+)+)"|\bconst\s+val\s+([A-Z][A-Z0-9_]+)\s*=\s*"([a-z][\w-]*(?:\.[\w-]+)+)"/g;
/** Of the frameworks themselves, which have a value for each. */
const ofFramework = /^(?:spring|server|management|quarkus|mp|logging|java|user|os)\./;
const settings =
  /(?:^|\/)(?:(?:application|bootstrap)(?!-(?:dev|local|test)\b)[\w-]*\.(?:properties|ya?ml)|microprofile-config\.properties)$/;

/** `texts` are the classes of the program. */
export function readJvmSettings(project: Project, scope: Scope, texts: ReadonlyMap<string, string>): Sighting[] {
  if (![...texts.values()].some((text) => text.search(injected) >= 0)) return [];
  const files = scope.others.filter(({ name }) => settings.test(name) && !name.includes("src/test/"));
  const defined = new Set(files.flatMap(({ path }) => namesIn(project, path)));
  const constants = new Map(
    [...texts.values()].flatMap((text) =>
      [...text.matchAll(constant)].map(([, one, first, other, second]) => [one ?? other!, first ?? second!] as const),
    ),
  );
  return [...texts].flatMap(([path, text]) =>
    [...text.matchAll(injected)].flatMap((match): Sighting[] => {
      const name = match[1] ?? match[3] ?? constants.get(match[2]!);
      if (name === undefined || defined.has(plain(name)) || ofFramework.test(name)) return [];
      // Where the file of settings is not committed, it may define anything.
      if (match[3] !== undefined && files.length === 0) return [];
      const key = name.replaceAll(/[^a-z0-9]/gi, "_").toUpperCase();
      return [{ key, need: "checked", when: "run", offset: match.index, path }];
    }),
  );
}

/** Names are compared as Spring does: without hyphens, in lower case. */
function plain(name: string): string {
  return name.replaceAll("-", "").toLowerCase();
}

/** Names with a value. YAML is read by its indentation: Maven's `@project.version@` makes it none that a parser takes. */
function namesIn(project: Project, path: string): string[] {
  const isYaml = !path.endsWith(".properties");
  const open: { name: string; indent: number }[] = [];
  return (project.tree.text(path) ?? "").split("\n").flatMap((line) => {
    const [, before, quoted, bare] = /^(\s*)(?:["']([^"']+)["']|([A-Za-z%][\w.[\]-]*))\s*[=:]/.exec(line) ?? [];
    const name = (quoted ?? bare)?.replace(/^%prod\./, "");
    if (name === undefined || before === undefined) return [];
    while (open.length > 0 && open.at(-1)!.indent >= before.length) open.pop();
    if (isYaml) open.push({ name, indent: before.length });
    return [plain(isYaml ? open.map((one) => one.name).join(".") : name)];
  });
}
