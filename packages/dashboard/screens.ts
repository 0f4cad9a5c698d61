/** Photographs every page in light and dark, at three widths, into docs/screens: node packages/dashboard/screens.ts [page …] */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { makeDemo } from "./test/demo.ts";
import { openPlace } from "./test/place.ts";

const out = join(import.meta.dirname, "../../docs/screens");
const only = process.argv.slice(2);
mkdirSync(out, { recursive: true });
await using place = await openPlace();
// As a server does, so that its machine is seen to be there.
await using _attending = await place.server.engine.servers.attend({
  roles: ["api", "worker", "edge"],
  version: "0.1.0",
});
const { owner, pages, open } = await makeDemo(place);
for (const [name, address] of Object.entries({ ...pages, ...open })) {
  if (only.length > 0 && !only.includes(name)) continue;
  for (const theme of ["light", "dark"] as const)
    for (const width of [320, 768, 1280]) {
      const { page, context } = await place.tab(address, name in open ? undefined : owner, {
        colorScheme: theme,
        viewport: { width, height: width === 320 ? 700 : 900 },
      });
      await page.waitForSelector("h1");
      await page.locator("[aria-busy=true]").first().waitFor({ state: "detached" });
      await page.screenshot({ path: join(out, `${name}-${theme}-${width}.jpg`), type: "jpeg", quality: 70 });
      await context.close();
    }
}
