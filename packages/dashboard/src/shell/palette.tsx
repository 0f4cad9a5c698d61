/** Everything there is by a few letters of its name: actions on what is open, what one opened lately, pages, projects, deployments. */
import { Autocomplete } from "@base-ui/react/autocomplete";
import { Dialog } from "@base-ui/react/dialog";
import { deploymentName, stateWord } from "@landfall/react";
import { useRouter } from "@tanstack/react-router";
import { Search } from "lucide-react";
import { useMemo, useState } from "react";
import { useAsk } from "../ask.ts";
import { useProjects } from "../parts/projects.ts";
import { useHeld } from "../session.ts";
import { allCommands } from "./commands.ts";
import { noteRecent, recentIds } from "./recent.ts";
import { chooseTheme, useTheme } from "./theme.ts";

interface Item {
  id: string;
  title: string;
  detail?: string;
  keys?: string | undefined;
  run(): void;
}

interface Group {
  value: string;
  items: Item[];
}

const mostRecent = 5;

export function Palette({ onClose }: { onClose(): void }) {
  const [text, setText] = useState("");
  const groups = useGroups(text);
  return (
    <Dialog.Root open onOpenChange={(isOpen) => (isOpen ? undefined : onClose())}>
      <Dialog.Portal>
        <div data-lf-root="">
          <Dialog.Backdrop className="lf:fixed lf:inset-0 lf:z-40 lf:bg-backdrop" />
          <Dialog.Popup
            aria-label="Command palette"
            className="lf:fixed lf:inset-x-0 lf:top-[8vh] lf:z-50 lf:mx-auto lf:flex lf:max-h-[min(32rem,84vh)] lf:w-[calc(100%-32px)] lf:max-w-xl lf:flex-col lf:overflow-hidden lf:rounded-lg lf:border lf:border-line lf:bg-raised lf:shadow-xl"
          >
            <Autocomplete.Root
              open
              inline
              items={groups}
              mode="none"
              value={text}
              onValueChange={(value, { reason }) => {
                if (reason === "input-change" || reason === "input-clear") setText(value);
              }}
              itemToStringValue={(item: Item) => item.title}
              autoHighlight="always"
              keepHighlight
            >
              <div className="lf:flex lf:items-center lf:gap-2 lf:border-b lf:border-line lf:px-3">
                <Search aria-hidden size={16} className="lf:shrink-0 lf:text-muted" />
                <Autocomplete.Input
                  aria-label="Search pages, projects, deployments and actions"
                  placeholder="Search pages, projects, deployments and actions"
                  className="lf:h-12 lf:min-w-0 lf:flex-1 lf:bg-transparent lf:text-base lf:outline-none lf:placeholder:text-muted"
                />
                <Dialog.Close className="lf:min-h-6 lf:cursor-pointer lf:rounded-sm lf:border lf:border-line lf:px-1.5 lf:font-mono lf:text-xs lf:text-muted">
                  Esc<span className="lf:sr-only"> closes</span>
                </Dialog.Close>
              </div>
              <Autocomplete.Empty>
                <p className="lf:m-0 lf:p-4 lf:text-muted">Nothing has this name, id, branch or commit.</p>
              </Autocomplete.Empty>
              <Autocomplete.List className="lf:overflow-y-auto lf:p-1 lf:empty:hidden">
                {(group: Group) => (
                  <Autocomplete.Group key={group.value} items={group.items}>
                    <Autocomplete.GroupLabel className="lf:px-2 lf:pt-2 lf:pb-1 lf:text-xs lf:text-muted">
                      {group.value}
                    </Autocomplete.GroupLabel>
                    <Autocomplete.Collection>
                      {(item: Item) => (
                        <Choice
                          key={item.id}
                          item={item}
                          onChoose={() => {
                            noteRecent(item.id);
                            onClose();
                            // After the focus has gone back to where it was: a dialog that opens now gives it back there.
                            setTimeout(item.run);
                          }}
                        />
                      )}
                    </Autocomplete.Collection>
                  </Autocomplete.Group>
                )}
              </Autocomplete.List>
            </Autocomplete.Root>
          </Dialog.Popup>
        </div>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Choice({ item, onChoose }: { item: Item; onChoose(): void }) {
  return (
    <Autocomplete.Item
      value={item}
      onClick={onChoose}
      className="lf:flex lf:min-h-9 lf:cursor-pointer lf:items-center lf:gap-3 lf:rounded-sm lf:px-2 lf:text-sm lf:outline-none lf:data-highlighted:bg-neutral-soft"
    >
      <span
        title={item.title}
        className={`lf:min-w-0 lf:truncate ${item.detail === undefined ? "" : "lf:max-w-[65%]"}`}
      >
        {item.title}
      </span>
      {item.detail === undefined ? null : (
        <span title={item.detail} className="lf:min-w-0 lf:flex-1 lf:truncate lf:text-end lf:text-xs lf:text-muted">
          {item.detail}
        </span>
      )}
      {item.keys === undefined ? null : (
        <kbd className="lf:ms-auto lf:shrink-0 lf:font-mono lf:text-xs lf:text-muted">{item.keys}</kbd>
      )}
    </Autocomplete.Item>
  );
}

/** What fits the text, in the order it is shown. Without a text: what was chosen lately first. */
function useGroups(text: string): Group[] {
  const router = useRouter();
  const theme = useTheme();
  // As they were when the palette was opened: behind it nothing changes by the reader's hand.
  const [commands] = useState(allCommands);
  const { data: projects = [] } = useProjects();
  const isAnyOpen = useHeld().has("read:deployment");
  const { data: deployments = [] } = useAsk(
    ["palette", "deployments"],
    async (client, signal) => (await client.deployments.list({ limit: 100 }, { signal })).deployments,
    { enabled: isAnyOpen },
  );
  return useMemo(() => {
    const groups = new Map<string, Item[]>();
    const add = (group: string, item: Item): void => void groups.set(group, [...(groups.get(group) ?? []), item]);
    groups.set("On this page", []);
    groups.set("Pages", []);
    for (const { group = "On this page", ...command } of commands) add(group, command);
    for (const { name } of projects)
      add("Projects", {
        id: `project ${name}`,
        title: name,
        run: () => void router.navigate({ to: "/p/$project", params: { project: name } }),
      });
    for (const one of deployments)
      add("Deployments", {
        id: one.id,
        title: deploymentName(one),
        detail: [
          one.project,
          stateWord(one.state),
          one.environment,
          one.commit?.branch,
          one.commit?.sha.slice(0, 7),
          one.id,
        ]
          .filter(Boolean)
          .join(" · "),
        run: () =>
          void router.navigate({ to: "/p/$project/deployments/$id", params: { project: one.project, id: one.id } }),
      });
    const next = theme === "dark" ? "light" : "dark";
    add("Appearance", { id: `theme ${next}`, title: `Switch to the ${next} theme`, run: () => chooseTheme(next) });
    return text.trim() === "" ? withRecent(groups) : matching(groups, text);
  }, [commands, projects, deployments, theme, router, text]);
}

function withRecent(groups: Map<string, Item[]>): Group[] {
  const all = new Map([...groups.values()].flat().map((item) => [item.id, item]));
  const recent = recentIds().flatMap((id) => all.get(id) ?? []);
  const seen = new Set(recent.slice(0, mostRecent).map(({ id }) => id));
  return [
    ["Recent", recent.slice(0, mostRecent)] as const,
    ...[...groups].map(
      ([value, items]) =>
        [value, items.filter(({ id }) => !seen.has(id)).slice(0, value === "Deployments" ? 5 : 20)] as const,
    ),
  ]
    .filter(([, items]) => items.length > 0)
    .map(([value, items]) => ({ value, items }));
}

/** Every word of the text is in the title or the detail; those whose title begins with it come first. */
function matching(groups: Map<string, Item[]>, text: string): Group[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return [...groups]
    .map(([value, items]) => ({
      value,
      items: items
        .filter(({ title, detail = "" }) => {
          const whole = `${title} ${detail}`.toLowerCase();
          return words.every((word) => whole.includes(word));
        })
        .sort((a, b) => Number(startsWith(b, words[0]!)) - Number(startsWith(a, words[0]!)))
        .slice(0, 20),
    }))
    .filter(({ items }) => items.length > 0);
}

function startsWith({ title }: Item, word: string): boolean {
  return title.toLowerCase().startsWith(word);
}
