/** Values of variables as a person gives them: in the argument, typed, or through a pipe. */
import { DeployError } from "@landfall/engine/error";
import type { Context } from "../../context.ts";
import { ask } from "../../screen/prompt.ts";

/** Variables of `NAME=value` words; a name alone is typed by the person or read from a pipe. */
export async function valuesOf(context: Context, words: string[]): Promise<Record<string, string>> {
  const values: Record<string, string> = {};
  const open = words.filter((word) => !word.includes("="));
  if (open.length > 1 && !context.canAsk) {
    throw new DeployError("INVALID_CONFIG", {
      what: `There are ${open.length} names without a value, and a pipe brings one.`,
      next: "Give all but one as NAME=value, or use: landfall env push FILE",
    });
  }
  for (const word of words) {
    const at = word.indexOf("=");
    if (at !== -1) values[word.slice(0, at)] = word.slice(at + 1);
    else if (context.canAsk) {
      const answer = await ask(context.world, `${word} (not shown while you type): `, { hidden: true });
      if (answer === null) throw new DeployError("CANCELLED", { what: "Nothing was set." });
      values[word] = answer;
    } else if (context.world.stdin.isTTY === true) {
      throw new DeployError("INVALID_CONFIG", {
        what: `${word} has no value.`,
        next: `Write it as ${word}=value, or pipe it in.`,
      });
    } else values[word] = await pipedValue(context, word);
  }
  return values;
}

async function pipedValue(context: Context, name: string): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of context.world.stdin) chunks.push(typeof chunk === "string" ? Buffer.from(chunk) : chunk);
  let value: string;
  try {
    value = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Buffer.concat(chunks));
  } catch {
    throw new DeployError("INVALID_VARIABLE", {
      what: `The value piped in for ${name} is not UTF-8 text.`,
      next: "Encode it, for example with base64.",
    });
  }
  if (value.endsWith("\n")) {
    context.say(
      `${context.paint.err.warn("!")} The value of ${name} ends with a line break, which is kept. Without one: printf %s "$VALUE" | landfall env set ${name}`,
    );
  }
  return value;
}
