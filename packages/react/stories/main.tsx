/**
 * Every component in every state, with fixed data. `?story=<title>/<state>` shows one alone, `&theme=dark` in dark, `&dir=rtl` from right to
 * left, `&still` without anything that moves; without, the list of all.
 */
import { type ReactNode, StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Root } from "../src/index.ts";
import "./styles.css";

interface Stories {
  title: string;
  stories: Record<string, () => ReactNode>;
}

const files = import.meta.glob<Stories>("./*.stories.tsx", { eager: true });
const all = Object.values(files).flatMap(({ title, stories }) =>
  Object.entries(stories).map(([state, render]) => ({ name: `${title}/${state}`, Story: render })),
);
const query = new URLSearchParams(location.search);
document.documentElement.dataset["lfTheme"] = query.get("theme") ?? "light";
document.documentElement.toggleAttribute("data-still", query.has("still"));
document.documentElement.dir = query.get("dir") ?? "ltr";
declare global {
  interface Window {
    /** Names of all stories, for whoever goes through them. */
    stories: string[];
    /** Another one in place of what is shown, faster than loading it. */
    showStory(name: string): void;
  }
}
window.stories = all.map(({ name }) => name);
window.showStory = (name) => {
  query.set("story", name);
  history.replaceState(null, "", `?${query}`);
  scrollTo(0, 0);
  show(name);
};

const root = createRoot(document.getElementById("root")!);
show(query.get("story"));

function show(wanted: string | null): void {
  const found = all.find(({ name }) => name === wanted);
  root.render(
    <StrictMode key={wanted}>
      <Root className="lf:min-h-screen lf:bg-page lf:p-4">
        <main>
          <h1 className="lf:sr-only">{wanted ?? "Stories"}</h1>
          {found ? <found.Story /> : null}
          {wanted === null ? (
            <ul>
              {all.map(({ name }) => (
                <li key={name}>
                  <a href={`?story=${encodeURIComponent(name)}`}>{name}</a>
                </li>
              ))}
            </ul>
          ) : null}
        </main>
      </Root>
    </StrictMode>,
  );
}
