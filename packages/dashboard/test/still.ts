/** A page as it looks at any time and on any machine: what differs from run to run is replaced by what it is, or not seen. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";
import { type Camera, cameraFor } from "../../react/test/browser.ts";
import { changing } from "./tree.ts";

const require = createRequire(import.meta.url);
/** The letters stories have, by the name they are given here. */
const letters = Object.entries({
  Sans: "@fontsource-variable/geist/files/geist-latin-wght-normal.woff2",
  Mono: "@fontsource-variable/geist-mono/files/geist-mono-latin-wght-normal.woff2",
  // Has arrows and ticks.
  Signs: "@fontsource/dejavu-mono/files/dejavu-mono-latin-400-normal.woff2",
}).map(([name, file]) => [name, readFileSync(require.resolve(file), "base64")]);

/**
 * Nothing moves or blinks. What is drawn by time or to a scale of it keeps its place and is not seen: codes of addresses with a port, charts, bars
 * of steps, how long it took beside the usual, which may be two sentences, and events, of which there are as many as pieces of output.
 */
const style = `
  *, *::before, *::after { animation: none !important; transition: none !important; caret-color: transparent !important; caret-animation: manual !important; }
  [data-lf-root] { --lf-font: Sans, Signs, sans-serif; --lf-mono: Mono, Signs, monospace; }
  [data-lf-root], [data-lf-root] * { text-rendering: geometricPrecision; }
  svg[shape-rendering], canvas, [aria-hidden] > [style^="width:"], [aria-label^="Events,"] > * { visibility: hidden !important; }
  p:has(> span > time):has(> span > [aria-hidden]) { visibility: hidden; white-space: nowrap; overflow: hidden; }
  [aria-label^="Events,"] { block-size: 200px; overflow: hidden !important; }
`;

/** Of one text, where a tree has the whole sentence. */
const changingInText: typeof changing = [...changing, [/^[\d.]+ [kMGT]B$/g, "…size"]];

/** By the debugger, not as scripts and styles of the page, which its policy would refuse. */
const script = `(async () => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(${JSON.stringify(style)});
  document.adoptedStyleSheets.push(sheet);
  for (const [name, file] of ${JSON.stringify(letters)})
    document.fonts.add(await new FontFace(name, Uint8Array.from(atob(file), (one) => one.charCodeAt(0)), { weight: "100 900" }).load());
  const changing = ${JSON.stringify(changingInText.map(([{ source, flags }, word]) => [source, flags, word]))}
    .map(([source, flags, word]) => [new RegExp(source, flags), word]);
  const settle = (node) => {
    const text = changing.reduce((words, [what, word]) => words.replace(what, word), node.data);
    if (text !== node.data) node.data = text;
  };
  const settleAll = (root) => {
    if (root.nodeType === Node.TEXT_NODE) return settle(root);
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) settle(walker.currentNode);
  };
  settleAll(document.body);
  // Before it is painted: rows of a list come and go with what is seen of it.
  new MutationObserver((changes) => {
    for (const { target, addedNodes } of changes) [target, ...addedNodes].forEach((node) => settleAll(node));
  }).observe(document.body, { subtree: true, childList: true, characterData: true });
})()`;

/** From here on the page stands still. Photographs it. */
export async function stillCamera(page: Page): Promise<Camera> {
  await page.evaluate(script);
  return cameraFor(page);
}
