/** Single keys: outside fields only, two after one another for places, and a person may switch them off. Ctrl or ⌘ with K works always. */
import { useEffect, useRef, useSyncExternalStore } from "react";
import { allCommands } from "./commands.ts";

const stored = "landfall-keys";
const listeners = new Set<() => void>();
/** Between the two keys of a pair. */
const pairMs = 1_500;

export function areKeysOn(): boolean {
  return localStorage.getItem(stored) !== "off";
}

export function switchKeys(isOn: boolean): void {
  if (isOn) localStorage.removeItem(stored);
  else localStorage.setItem(stored, "off");
  for (const told of listeners) told();
}

/** Whether single keys are switched on. */
export function useAreKeysOn(): boolean {
  return useSyncExternalStore((changed) => {
    listeners.add(changed);
    return () => listeners.delete(changed);
  }, areKeysOn);
}

/** What is held to open the palette here. */
export const paletteKeys = /Mac|iPhone|iPad/.test(navigator.userAgent) ? "⌘ K" : "Ctrl K";

/** Listens for the keys of every command on the screen, and for the palette's. */
export function useKeys(openPalette: () => void): void {
  const palette = useRef(openPalette);
  palette.current = openPalette;
  useEffect(() => {
    let first: { key: string; atMs: number } | null = null;
    const pressed = (event: KeyboardEvent): void => {
      if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k") {
        event.preventDefault();
        return palette.current();
      }
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      if (event.key.length !== 1 || !areKeysOn() || takesText(event.target) || isCovered()) return;
      const before = first !== null && performance.now() - first.atMs < pairMs ? `${first.key} ` : "";
      const commands = allCommands();
      const found =
        commands.find(({ keys }) => keys === before + event.key) ?? commands.find(({ keys }) => keys === event.key);
      first = commands.some(({ keys }) => keys?.startsWith(`${event.key} `))
        ? { key: event.key, atMs: performance.now() }
        : null;
      if (!found) return;
      event.preventDefault();
      first = null;
      found.run();
    };
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  }, []);
}

function takesText(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || target.matches("input, textarea, select, [role=textbox], [role=menuitem]");
}

/** A dialog or menu is open, and has the keys. */
function isCovered(): boolean {
  return document.querySelector("[role=dialog], [role=alertdialog], [role=menu]") !== null;
}
