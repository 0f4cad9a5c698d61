/** Light, dark, or as the system is. `public/theme.js` reads the same choice before the first paint. */
import { useSyncExternalStore } from "react";

export type Theme = "light" | "dark" | "system";
const stored = "landfall-theme";
const listeners = new Set<() => void>();
const prefersDark = matchMedia("(prefers-color-scheme: dark)");

export function chosenTheme(): Theme {
  const chosen = localStorage.getItem(stored);
  return chosen === "light" || chosen === "dark" ? chosen : "system";
}

export function chooseTheme(theme: Theme): void {
  if (theme === "system") localStorage.removeItem(stored);
  else localStorage.setItem(stored, theme);
  show();
}

/** The choice, kept up to date in every tab. */
export function useTheme(): Theme {
  return useSyncExternalStore(subscribe, chosenTheme);
}

function show(): void {
  const theme = chosenTheme();
  const shown = theme === "system" ? (prefersDark.matches ? "dark" : "light") : theme;
  document.documentElement.dataset["lfTheme"] = shown;
  document.documentElement.style.colorScheme = shown;
  for (const told of listeners) told();
}

function subscribe(changed: () => void): () => void {
  listeners.add(changed);
  return () => listeners.delete(changed);
}

prefersDark.addEventListener("change", show);
addEventListener("storage", (event) => {
  if (event.key === stored) show();
});
