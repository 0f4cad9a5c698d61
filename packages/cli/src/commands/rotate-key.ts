/** `landfall rotate-key`: everything secret of the data directory sealed with a new key. */
import type { Registry } from "../registry.ts";
import { count } from "../screen/text.ts";

export function rotateKey({ program, does }: Registry): void {
  program
    .command("rotate-key")
    .description("Encrypt variables and credentials with a new key; what runs goes on.")
    .addHelpText(
      "after",
      `
The key is the file \`key\` of the data directory; a backup made before needs the old one. With TOKEN_ENCRYPTION_KEY set, its first key is
the new one: set it to NEW,OLD, run this, then set it to NEW.`,
    )
    .action(
      does(async (context) => {
        const engine = await context.engine({ restore: false });
        const resealed = await engine.rotateKey();
        if (context.json) context.result(JSON.stringify({ resealed }));
        else context.say(`${count(resealed, "value")} encrypted with the new key; the old one is forgotten.`);
      }),
    );
}
