/** How heavy a part of the package is in a product's page: what it loads at once, compressed, beside React. */
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

/** Bytes, gzipped, of `code` (imports from packages/react/src) and all it imports statically; what is loaded later does not count. */
export async function weightOf(code: string): Promise<{ atOnce: number; later: number }> {
  const { outputFiles, metafile } = await build({
    stdin: {
      contents: code,
      resolveDir: join(import.meta.dirname, "../../src"),
      loader: "tsx",
      sourcefile: "entry.tsx",
    },
    bundle: true,
    splitting: true,
    format: "esm",
    minify: true,
    write: false,
    metafile: true,
    outdir: "out",
    jsx: "automatic",
    target: "es2022",
    conditions: ["source"],
    external: ["react", "react-dom", "react/*", "react-dom/*"],
    define: { "process.env.NODE_ENV": '"production"' },
    logLevel: "error",
  });
  const [entry] =
    Object.entries(metafile.outputs).find(([, { entryPoint }]) => entryPoint?.endsWith("entry.tsx")) ?? [];
  if (entry === undefined) throw new Error("esbuild made no entry");
  const atOnce = new Set<string>();
  const open = [entry];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (atOnce.has(path)) continue;
    atOnce.add(path);
    for (const { path: next, kind, external } of metafile.outputs[path]?.imports ?? [])
      if (kind === "import-statement" && external !== true) open.push(next);
  }
  const weights = outputFiles.map(({ path, contents }) => ({
    isAtOnce: [...atOnce].some((one) => path.endsWith(one)),
    bytes: gzipSync(contents).length,
  }));
  const sum = (isAtOnce: boolean): number =>
    weights.filter((one) => one.isAtOnce === isAtOnce).reduce((total, { bytes }) => total + bytes, 0);
  return { atOnce: sum(true), later: sum(false) };
}
