/**
 * Which files each page needs besides those that `index.html` names, written to `pages.json`: the server names them in the page it answers
 * with, so that a browser asks for all at once and not for one after the other. Files that need each other are refused: one of them would
 * begin before what it uses is there.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Plugin, Rolldown } from "vite";

const routes = join(import.meta.dirname, "src/router.tsx");

export function pagePreloads(): Plugin {
  return {
    name: "landfall-page-preloads",
    generateBundle(_, bundle) {
      const chunks = Object.values(bundle).filter((one) => one.type === "chunk");
      for (const one of chunks) if (isCircular(one, bundle)) throw new Error(`${one.fileName} needs itself`);
      const entry = filesOf(chunks.find(({ isEntry }) => isEntry)!, bundle);
      const source = readFileSync(routes, "utf8");
      const pages = source.matchAll(/\b(?:page|framed)\(\s*"([^"]+)",\s*\(\) => import\("\.\/([^"]+)"\)/g);
      const found = Array.from(pages, ([, path, module]) => {
        const id = join(import.meta.dirname, "src", module!);
        const chunk = chunks.find(({ facadeModuleId }) => facadeModuleId === id);
        if (!chunk) throw new Error(`${module} of ${path} has no file of its own`);
        return { path: path!, files: [...filesOf(chunk, bundle)].filter((file) => !entry.has(file)) };
      });
      const expected = source.match(/import\("/g)?.length;
      if (found.length !== expected) throw new Error(`${found.length} of ${expected} pages were found in ${routes}`);
      this.emitFile({ type: "asset", fileName: "pages.json", source: JSON.stringify(found) });
    },
  };
}

function isCircular(chunk: Rolldown.OutputChunk, bundle: Rolldown.OutputBundle): boolean {
  return chunk.imports.some((name) => {
    const next = bundle[name];
    return next?.type === "chunk" && filesOf(next, bundle).has(chunk.fileName);
  });
}

/** A chunk and all that it loads at once. */
function filesOf(chunk: Rolldown.OutputChunk, bundle: Rolldown.OutputBundle): Set<string> {
  const files = new Set([chunk.fileName]);
  for (const file of files) {
    const one = bundle[file];
    if (one?.type === "chunk") for (const next of one.imports) files.add(next);
  }
  return files;
}
