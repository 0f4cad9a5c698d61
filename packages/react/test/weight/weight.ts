/** How heavy a part of the package is in a product's page: what it loads at once, compressed, beside React. */
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build, type OutputChunk } from "rolldown";

/** Bytes, gzipped, of `code` (imports from packages/react/src) and all it imports statically; what is loaded later does not count. */
export async function weightOf(code: string): Promise<{ atOnce: number; later: number }> {
  const entry = join(import.meta.dirname, "../../src/entry.tsx");
  const { output } = await build({
    input: entry,
    platform: "browser",
    plugins: [
      {
        name: "entry",
        resolveId: (id) => (id === entry ? id : null),
        load: (id) => (id === entry ? { code, moduleType: "tsx" } : null),
      },
    ],
    external: /^react(-dom)?(\/|$)/,
    resolve: { conditionNames: ["source", "import", "browser", "default"] },
    transform: { define: { "process.env.NODE_ENV": '"production"' } },
    write: false,
    logLevel: "silent",
    output: { format: "esm", minify: true },
  });
  const chunks = new Map(
    output.filter((one): one is OutputChunk => one.type === "chunk").map((one) => [one.fileName, one]),
  );
  const atOnce = new Set([...chunks.values()].filter(({ isEntry }) => isEntry).map(({ fileName }) => fileName));
  for (const name of atOnce) for (const next of chunks.get(name)?.imports ?? []) if (chunks.has(next)) atOnce.add(next);
  const sum = (names: string[]): number =>
    names.reduce((total, name) => total + gzipSync(chunks.get(name)!.code).length, 0);
  return { atOnce: sum([...atOnce]), later: sum([...chunks.keys()].filter((name) => !atOnce.has(name))) };
}
