/** What the menu of targets and the button that stands in for it until it is loaded have in common. */
import type { Choice } from "./choices.ts";

export interface TargetMenuProps {
  choices: readonly Choice[] | null;
  chosen: Choice | null;
  disabled: boolean;
  container: HTMLElement | ShadowRoot | null;
  onChoose(choice: Choice): void;
}

export const menuButtonLabel = "Choose where to deploy";
export const menuButtonClass =
  "lf:inline-flex lf:min-h-8 lf:w-8 lf:cursor-pointer lf:items-center lf:justify-center lf:rounded-e-md lf:border lf:border-transparent lf:border-s-on-action/40 lf:bg-action lf:text-on-action lf:hover:opacity-90 lf:disabled:cursor-not-allowed lf:disabled:opacity-60";
