/** What people are told of a service's variables: by examples, and by the READMEs. */
import { inside, type Project } from "../../detect/reading.ts";
import { type ExampleEntry, familiesOff, isExampleFile, isSpecialFile, readExample } from "./example.ts";
import { type Readme, readReadme } from "./readme.ts";
import type { Scope } from "../scope.ts";

export interface Told {
  /** Entries of files that are examples. */
  listings: ExampleEntry[];
  /** The same, or what a README sets where there is no such file. */
  examples: ExampleEntry[];
  /** Of the service, then of the repository. */
  readmes: Readme[];
}

/** Of the service in `directory`, relative to the project's root. */
export function toldOf(project: Project, directory: string, scope: Scope): Told {
  const readmes = readmesOf(project, directory);
  const listings = withFamiliesOff(examplesFor(project, directory, scope));
  return { listings, examples: listings.length > 0 ? listings : readmes.flatMap(({ entries }) => entries), readmes };
}

/** Folders whose examples are of something else: a manual's, a test's. */
export const besideTheService = /(?:^|\/)(?:docs?|examples?|samples?|demos?|playgrounds?|tests?|e2e|fixtures?)\//;

/** Entries of examples in the service, its packages and, for what is read in it, at the root of the repository. */
function examplesFor(project: Project, directory: string, scope: Scope): ExampleEntry[] {
  const paths = scope.others
    .filter(({ name }) => isExampleFile(name.slice(name.lastIndexOf("/") + 1)) && !besideTheService.test(name))
    .map(({ path }) => path);
  if (directory !== ".") {
    for (const name of project.tree.listing(".").files) if (isExampleFile(name)) paths.push(name);
  }
  const folderOf = (path: string): string => path.slice(0, path.lastIndexOf("/") + 1);
  const read = (path: string): ExampleEntry[] => readExample(path, project.tree.text(path) ?? "");
  const plain = paths.filter((path) => !isSpecialFile(path)).flatMap(read);
  const special = paths.filter(isSpecialFile).flatMap((path) => {
    const beside = new Set(plain.filter((entry) => folderOf(entry.path) === folderOf(path)).map(({ key }) => key));
    const entries = read(path);
    // One that names none of the plain one's variables is the other half of the list.
    return entries.some(({ key }) => beside.has(key)) ? [] : entries;
  });
  return [...plain, ...special];
}

/** `SAML_ENABLED=false`: what else begins with SAML_ can be left out. */
function withFamiliesOff(entries: ExampleEntry[]): ExampleEntry[] {
  const isOff = familiesOff(entries);
  return entries.map((entry) => (isOff(entry.key) ? { ...entry, isOptional: true } : entry));
}

/** The README of the service, and that of the repository. */
function readmesOf(project: Project, directory: string): Readme[] {
  return [...new Set([directory, "."])].flatMap((at) => {
    const path = ["README.md", "readme.md", "Readme.md"]
      .map((one) => inside(at, one))
      .find((one) => project.tree.has(one));
    const text = path === undefined ? null : project.tree.text(path);
    return path === undefined || text === null ? [] : [readReadme(path, text)];
  });
}
