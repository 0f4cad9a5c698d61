/** What had the focus may go: the button of an empty list, a row that was removed. Then the page's heading has it, and not nothing. */
import { useEffect } from "react";

/** A dialog that closes gives the focus back by itself within this. */
const graceMs = 100;

export function useKeptFocus(): void {
  useEffect(() => {
    let last: Element | null = null;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const isLost = (): boolean => last !== null && !last.isConnected && document.activeElement === document.body;
    const note = ({ target }: FocusEvent): void => void (last = target as Element);
    const observer = new MutationObserver(() => {
      if (timer !== undefined || !isLost()) return;
      timer = setTimeout(() => {
        timer = undefined;
        if (isLost()) document.querySelector<HTMLElement>("main h1")?.focus({ preventScroll: true });
      }, graceMs);
    });
    document.addEventListener("focusin", note);
    observer.observe(document.body, { childList: true, subtree: true });
    return () => {
      document.removeEventListener("focusin", note);
      observer.disconnect();
      clearTimeout(timer);
    };
  }, []);
}
