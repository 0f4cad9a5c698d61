"use client";
import { type RefObject, useEffect, useState, useSyncExternalStore } from "react";
import { Copy, Download, FileText, Maximize, Minimize } from "lucide-react";
import { buttonClass } from "../parts/button.tsx";
import { nameInNewTab } from "../parts/new-tab.tsx";
import { ToolButton } from "./log-toolbar.tsx";

/** Puts text that is still being made on the clipboard, and says how it went for two seconds. */
export function useCopy(): { told: "copied" | "refused" | null; copy(text: Promise<Blob>): void } {
  const [told, setTold] = useState<"copied" | "refused" | null>(null);
  useEffect(() => {
    if (told === null) return undefined;
    const timer = setTimeout(() => setTold(null), 2_000);
    return () => clearTimeout(timer);
  }, [told]);
  return {
    told,
    copy(text) {
      // Asked for at once, while the press of the button still counts; the text may follow.
      navigator.clipboard.write([new ClipboardItem({ "text/plain": text })]).then(
        () => setTold("copied"),
        () => setTold("refused"),
      );
    },
  };
}

export function CopyStatus({ told }: { told: "copied" | "refused" | null }) {
  return (
    <span role="status" className={told === null ? "lf:sr-only" : "lf:text-xs"}>
      {told === "copied" ? "Copied" : told === "refused" ? "The browser did not allow it" : ""}
    </span>
  );
}

function subscribeToFullScreen(changed: () => void): () => void {
  document.addEventListener("fullscreenchange", changed);
  return () => document.removeEventListener("fullscreenchange", changed);
}

export interface LogActionsProps {
  /** The lines that are shown, as text. */
  text(): Promise<Blob>;
  plainTextUrl: string | undefined;
  /** What fills the screen. */
  frame: RefObject<HTMLElement | null>;
}

/** Ways to take the log elsewhere. */
export function LogActions({ text, plainTextUrl, frame }: LogActionsProps) {
  const { told, copy } = useCopy();
  const canFill = useSyncExternalStore(
    subscribeToFullScreen,
    () => document.fullscreenEnabled,
    () => false,
  );
  const isFull = useSyncExternalStore(
    subscribeToFullScreen,
    () => frame.current?.matches(":fullscreen") ?? false,
    () => false,
  );
  return (
    <>
      <ToolButton label="Copy" onClick={() => copy(text())}>
        <Copy aria-hidden size={16} />
      </ToolButton>
      <CopyStatus told={told} />
      {plainTextUrl === undefined ? (
        <ToolButton label="Download" onClick={() => void text().then(save)}>
          <Download aria-hidden size={16} />
        </ToolButton>
      ) : (
        <>
          <a href={plainTextUrl} download="" {...named("Download")}>
            <Download aria-hidden size={16} />
          </a>
          <a
            href={plainTextUrl}
            target="_blank"
            rel="noopener noreferrer"
            {...named("Plain text")}
            aria-label={nameInNewTab("Plain text")}
          >
            <FileText aria-hidden size={16} />
          </a>
        </>
      )}
      {canFill ? (
        <ToolButton
          label="Full screen"
          aria-pressed={isFull}
          onClick={() => void (isFull ? document.exitFullscreen() : frame.current?.requestFullscreen())}
        >
          {isFull ? <Minimize aria-hidden size={16} /> : <Maximize aria-hidden size={16} />}
        </ToolButton>
      ) : null}
    </>
  );
}

/** A link that looks like a button of the bar. */
const named = (label: string) => ({
  "aria-label": label,
  title: label,
  className: `${buttonClass("quiet")} lf:px-1.5!`,
});

function save(text: Blob): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(text);
  link.download = "build.log";
  link.click();
  // The browser has begun to read it by then.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
