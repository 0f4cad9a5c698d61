/** A folder as a browser gives it: by drop or from a file field, without what never leaves a machine. */

export interface FolderFile {
  /** Relative to the folder, `/` between. */
  path: string;
  file: File;
}

export interface Folder {
  name: string;
  files: FolderFile[];
  /** Names that stayed here, with the reason: `node_modules` was left out for being installed packages. */
  leftOut: ReadonlyMap<string, string>;
}

/** Why something in a folder stays here: for its name, or because the folder's own .gitignore says so. */
type Judge = (path: string, name: string, isFolder: boolean) => string | undefined;

/** The engine leaves these out as well; here so that they are not even sent. */
const leftOutNames = new Map<string, string>([
  ["node_modules", "installed packages"],
  ["bower_components", "installed packages"],
  [".pnpm-store", "a package cache"],
  [".venv", "a Python environment"],
  ["__pycache__", "compiled Python"],
  [".gradle", "a build tool's cache"],
  [".terraform", "a tool's own state"],
  [".turbo", "a tool's own state"],
  [".vercel", "a tool's own state"],
  [".netlify", "a tool's own state"],
  [".wrangler", "a tool's own state"],
  [".landfall", "a tool's own state"],
  [".git", "version control"],
  [".hg", "version control"],
  [".svn", "version control"],
  [".DS_Store", "the system's own"],
  ["Thumbs.db", "the system's own"],
]);
const exampleOfVariables = /^\.env\.(?:.+\.)?(?:example|examples|sample|template|tmpl|dist|defaults?|schema)$/i;

/** Why a file or folder of this name stays on the person's machine; undefined for all others. */
export function reasonToLeaveOut(name: string): string | undefined {
  if (/^\.env(?:\.|$)/i.test(name) && !exampleOfVariables.test(name)) return "it may hold secrets";
  return leftOutNames.get(name);
}

/** What was dropped: one folder, or several things that lie side by side. Must be called while the drop is being handled. */
export function entriesOf(items: DataTransferItemList): FileSystemEntry[] {
  return [...items].flatMap((item) => item.webkitGetAsEntry() ?? []);
}

/**
 * By the .gitignore at the root of a folder, when there is one. Those further down are the engine's to read, and so is a .landfallignore,
 * whose rules alone count. The rules' package is loaded only when there are any.
 */
async function judgeOf(root: ReadonlyMap<string, () => Promise<File>>): Promise<Judge> {
  const file = root.has(".landfallignore") ? undefined : root.get(".gitignore");
  if (file === undefined) return (_path, name) => reasonToLeaveOut(name);
  const [{ default: createIgnore }, text] = await Promise.all([import("ignore"), file().then((found) => found.text())]);
  const rules = createIgnore({ ignorecase: false, allowRelativePaths: true }).add(text.replace(/^\uFEFF/, ""));
  return (path, name, isFolder) =>
    reasonToLeaveOut(name) ?? (rules.ignores(isFolder ? `${path}/` : path) ? "in .gitignore" : undefined);
}

/** Read a folder that was dropped, level by level; what stays out is not entered. */
export async function folderOf(entries: FileSystemEntry[]): Promise<Folder> {
  const leftOut = new Map<string, string>();
  const files: FolderFile[] = [];
  const [only] = entries;
  const root = entries.length === 1 && only !== undefined && isDirectory(only) ? only : null;
  const top = root === null ? entries : await childrenOf(root);
  const judge = await judgeOf(new Map(top.filter(isFile).map((entry) => [entry.name, () => fileOf(entry)])));
  async function take(entry: FileSystemEntry, path: string): Promise<void> {
    const reason = judge(path, entry.name, entry.isDirectory);
    if (reason !== undefined) return void leftOut.set(entry.name, reason);
    if (isDirectory(entry)) for (const one of await childrenOf(entry)) await take(one, `${path}/${one.name}`);
    else if (isFile(entry)) files.push({ path, file: await fileOf(entry) });
  }
  for (const entry of top) await take(entry, entry.name);
  return { name: root?.name ?? "", files, leftOut };
}

/** Read a folder that was chosen in a file field with `webkitdirectory`. */
export async function folderOfList(list: readonly File[]): Promise<Folder> {
  const leftOut = new Map<string, string>();
  const files: FolderFile[] = [];
  let name = "";
  const judge = await judgeOf(
    new Map(
      list.flatMap((file) => {
        const [, top, ...rest] = file.webkitRelativePath.split("/");
        return top !== undefined && rest.length === 0 ? [[top, () => Promise.resolve(file)]] : [];
      }),
    ),
  );
  for (const file of list) {
    const [root = "", ...parts] = file.webkitRelativePath.split("/");
    name = root;
    const left = leftOf(parts, judge);
    if (left === null) files.push({ path: parts.join("/"), file });
    else leftOut.set(left.name, left.reason);
  }
  return { name, files, leftOut };
}

/** The first of the folders a file is in, or itself, that stays here. */
function leftOf(parts: readonly string[], judge: Judge): { name: string; reason: string } | null {
  let path = "";
  for (const [at, name] of parts.entries()) {
    path = at === 0 ? name : `${path}/${name}`;
    const reason = judge(path, name, at < parts.length - 1);
    if (reason !== undefined) return { name, reason };
  }
  return null;
}

function isFile(entry: FileSystemEntry): entry is FileSystemFileEntry {
  return entry.isFile;
}

function isDirectory(entry: FileSystemEntry): entry is FileSystemDirectoryEntry {
  return entry.isDirectory;
}

function fileOf(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => entry.file(resolve, reject));
}

/** A reader gives a part at a time, and nothing when there is no more. */
async function childrenOf(entry: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = entry.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return all;
    all.push(...some);
  }
}
