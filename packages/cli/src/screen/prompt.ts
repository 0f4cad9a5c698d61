/** Questions to a person. Whether one may be asked at all is the caller's to know (Context.canAsk). */
import { createInterface } from "node:readline";
import { PassThrough } from "node:stream";
import type { World } from "../world.ts";

/**
 * Asks on stderr and reads a line; with `hidden` nothing typed is shown. Ctrl-C and the end of input answer null.
 * The answer is as typed: nothing is trimmed.
 */
export async function ask(world: World, question: string, { hidden = false } = {}): Promise<string | null> {
  // readline shows what is typed by writing to its output; a hidden answer gets one that leads nowhere.
  const output = new PassThrough();
  if (!hidden) output.on("data", (chunk: Buffer) => world.stderr.write(chunk.toString("utf8")));
  const lines = createInterface({ input: world.stdin, output, terminal: true, historySize: 0 });
  if (hidden) world.stderr.write(question);
  try {
    return await new Promise<string | null>((resolve) => {
      lines.once("SIGINT", () => resolve(null));
      lines.once("close", () => resolve(null));
      lines.question(hidden ? "" : question, resolve);
    });
  } finally {
    lines.close();
    if (hidden) world.stderr.write("\n");
  }
}

/** Yes or no; the answer on Enter is `otherwise`, on Ctrl-C no. */
export async function confirm(world: World, question: string, otherwise: boolean): Promise<boolean> {
  const answer = await ask(world, `${question} ${otherwise ? "[Y/n]" : "[y/N]"} `);
  if (answer === null) return false;
  return answer.trim() === "" ? otherwise : /^y(es)?$/i.test(answer.trim());
}
