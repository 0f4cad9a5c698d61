/** Where the code comes from: a folder or an archive, dropped or chosen, or a git repository. */
import { Button, type ErrorReport, ErrorPanel, errorReportOf } from "@landfall/react";
import { FileArchive, FolderOpen, FolderUp } from "lucide-react";
import { type DragEvent, useEffect, useRef, useState } from "react";
import { bytesInWords } from "../../parts/bytes.ts";
import { RuleForm } from "../../parts/rule-form.tsx";
import type { ChosenSource } from "./draft.ts";
import { entriesOf, type Folder, folderOf, folderOfList } from "./folder.ts";
import { pack, type Progress, send, UploadRefused } from "./upload.ts";

const archives = [".zip", ".tar", ".tar.gz", ".tgz", ".tar.zst"];

interface Work {
  title: string;
  progress: Progress | null;
  leftOut: Folder["leftOut"];
}

export interface SourceStepProps {
  /** Filled in already, as a link may ask for it. */
  git: { url: string; ref: string };
  onChosen(chosen: ChosenSource, leftOut: Folder["leftOut"]): void;
}

export function SourceStep({ git, onChosen }: SourceStepProps) {
  const [work, setWork] = useState<Work | null>(null);
  const [error, setError] = useState<ErrorReport | null>(null);
  const stop = useRef<AbortController | null>(null);
  useEffect(() => () => stop.current?.abort(), []);

  /** Packs and sends what `open` gives; a file is an archive and goes as it is. */
  async function take(title: string, open: () => Promise<Folder | File>): Promise<void> {
    const mine = new AbortController();
    stop.current?.abort();
    stop.current = mine;
    const { signal } = mine;
    let leftOut: Folder["leftOut"] = new Map();
    const progress = (now: Progress): void => setWork({ title, progress: now, leftOut });
    setError(null);
    setWork({ title, progress: null, leftOut });
    try {
      const opened = await open();
      if (!(opened instanceof File)) leftOut = opened.leftOut;
      if (!(opened instanceof File) && opened.files.length === 0) throw new UploadRefused(nothingIn(title));
      const archive = opened instanceof File ? opened : await pack(opened.files, { progress, signal });
      const upload = await send(archive, { progress, signal });
      setWork(null);
      onChosen(chosenOf(opened, { title, upload, sentBytes: archive.size }), leftOut);
    } catch (failure) {
      if (signal.aborted) return;
      setWork(null);
      setError(reportOf(failure));
    }
  }

  function dropped(event: DragEvent): void {
    const entries = entriesOf(event.dataTransfer.items);
    const [file] = event.dataTransfer.files;
    const [only] = entries;
    if (only === undefined) return setError(notAFile);
    if (entries.length === 1 && only.isFile && file !== undefined) return takeArchive(file);
    void take(entries.length === 1 ? only.name : "What was dropped", () => folderOf(entries));
  }

  function takeArchive(file: File): void {
    if (!archives.some((ending) => file.name.toLowerCase().endsWith(ending))) return setError(noArchive(file.name));
    void take(file.name, () => Promise.resolve(file));
  }

  if (work !== null)
    return (
      <Working
        work={work}
        onStop={() => {
          stop.current?.abort();
          setWork(null);
        }}
      />
    );
  return (
    <div className="lf:flex lf:flex-col lf:gap-6">
      {error === null ? null : <ErrorPanel error={error} isNew />}
      <DropZone
        onDrop={dropped}
        onArchive={takeArchive}
        onFolder={(files) =>
          void take(files[0]?.webkitRelativePath.split("/", 1)[0] ?? "folder", () => folderOfList(files))
        }
      />
      <GitForm git={git} onChosen={(chosen) => onChosen(chosen, new Map())} />
    </div>
  );
}

function DropZone({
  onDrop,
  onFolder,
  onArchive,
}: {
  onDrop(event: DragEvent): void;
  onFolder(files: File[]): void;
  onArchive(file: File): void;
}) {
  const [isOver, setOver] = useState(false);
  const folder = useRef<HTMLInputElement>(null);
  const archive = useRef<HTMLInputElement>(null);
  return (
    <div
      role="group"
      aria-label="A folder or an archive"
      className={`lf:rounded-lg lf:border lf:border-dashed lf:p-6 lf:text-center ${isOver ? "lf:border-focus lf:bg-running-soft" : "lf:border-line-strong"}`}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        onDrop(event);
      }}
    >
      <FolderUp aria-hidden size={28} className="lf:mx-auto lf:text-muted" />
      <p className="lf:mt-2 lf:font-medium">Drop a folder or an archive here</p>
      <p className="lf:mt-1 lf:text-sm lf:text-muted">
        Installed packages, version control, .env files and what .gitignore names stay on your machine.
      </p>
      <div className="lf:mt-4 lf:flex lf:flex-wrap lf:justify-center lf:gap-2">
        <Button onClick={() => folder.current?.click()}>
          <FolderOpen aria-hidden size={14} />
          Choose a folder
        </Button>
        <Button onClick={() => archive.current?.click()}>
          <FileArchive aria-hidden size={14} />
          Choose an archive
        </Button>
      </div>
      <input
        ref={folder}
        type="file"
        hidden
        data-source="folder"
        {...{ webkitdirectory: "" }}
        onChange={({ target }) => {
          const files = [...(target.files ?? [])];
          target.value = "";
          if (files.length > 0) onFolder(files);
        }}
      />
      <input
        ref={archive}
        type="file"
        hidden
        data-source="archive"
        accept={archives.join(",")}
        onChange={({ target }) => {
          const [file] = target.files ?? [];
          target.value = "";
          if (file) onArchive(file);
        }}
      />
    </div>
  );
}

function GitForm({ git, onChosen }: { git: { url: string; ref: string }; onChosen(chosen: ChosenSource): void }) {
  return (
    <div>
      <h3 className="lf:mb-3 lf:font-medium">Or a git repository</h3>
      <RuleForm
        submit="Use this repository"
        submitting="Reading the repository"
        look="plain"
        fields={[
          {
            name: "url",
            label: "Address",
            placeholder: "https://github.com/acme/field-notes",
            autoComplete: "off",
            initial: git.url,
            rule: isGitAddress,
          },
          {
            name: "ref",
            label: "Branch, tag or commit (optional)",
            autoComplete: "off",
            initial: git.ref,
            isHalf: true,
            rule: () => undefined,
          },
          {
            name: "subdirectory",
            label: "Folder inside it (optional)",
            placeholder: "apps/web",
            isHalf: true,
            autoComplete: "off",
            rule: () => undefined,
          },
        ]}
        onSubmit={async (typed) => {
          const url = typed["url"]!.trim();
          const ref = typed["ref"]!.trim();
          const subdirectory = typed["subdirectory"]!.trim().replace(/^\/+|\/+$/g, "");
          const title = url.replace(/^[a-z+]+:\/\/(?:[^@/]*@)?/i, "").replace(/\.git$/, "");
          onChosen({
            source: { git: url, ...(ref === "" ? {} : { ref }), ...(subdirectory === "" ? {} : { subdirectory }) },
            name: (subdirectory || title).split("/").at(-1) ?? "",
            title,
            detail: [ref === "" ? "its main branch" : ref, subdirectory].filter(Boolean).join(", "),
            cli: url,
          });
          return null;
        }}
      />
    </div>
  );
}

function Working({ work: { title, progress, leftOut }, onStop }: { work: Work; onStop(): void }) {
  const doing =
    progress === null
      ? `Reading ${title}`
      : `${progress.doing === "packing" ? "Packing" : "Sending"} ${title}: ${bytesInWords(progress.done)} of ${bytesInWords(progress.total)}`;
  return (
    <div>
      <div className="lf:flex lf:flex-wrap lf:items-center lf:justify-between lf:gap-3">
        <p className="lf:min-w-0 lf:break-words lf:tabular-nums">{doing}</p>
        <Button onClick={onStop}>Stop</Button>
      </div>
      <progress
        aria-label={progress?.doing === "sending" ? "Sent" : "Packed"}
        className="lf:mt-2 lf:h-2 lf:w-full lf:accent-running"
        {...(progress === null ? {} : { value: progress.done, max: Math.max(1, progress.total) })}
      />
      <LeftOut leftOut={leftOut} />
    </div>
  );
}

const shownLeftOut = 10;

/** What stayed on the person's machine, and why. */
export function LeftOut({ leftOut }: { leftOut: Folder["leftOut"] }) {
  if (leftOut.size === 0) return null;
  const more = leftOut.size - shownLeftOut;
  return (
    <p className="lf:mt-2 lf:text-sm lf:text-muted lf:wrap-anywhere">
      Left out:{" "}
      {[...leftOut]
        .slice(0, shownLeftOut)
        .map(([name, reason]) => `${name} (${reason})`)
        .join(", ")}
      {more > 0 ? ` and ${more} more` : ""}.
    </p>
  );
}

function chosenOf(
  opened: Folder | File,
  { title, upload, sentBytes }: { title: string; upload: string; sentBytes: number },
): ChosenSource {
  const isArchive = opened instanceof File;
  const name = isArchive ? title.replace(/\.(?:zip|tgz|tar(?:\.\w+)?)$/i, "") : opened.name;
  const files = isArchive ? "" : `${opened.files.length} ${opened.files.length === 1 ? "file" : "files"}, `;
  return {
    source: { upload, description: `${isArchive ? "archive" : "folder"} ${title}`.slice(0, 300) },
    name,
    title,
    detail: `${files}${bytesInWords(sentBytes)} sent`,
    // Run in the folder itself, it needs no name.
    cli: isArchive ? title : "",
  };
}

function isGitAddress(value: string): string | undefined {
  if (value.trim() === "") return "Enter the address of the repository.";
  return /^(?:https?:\/\/|ssh:\/\/|[\w.-]+@[\w.-]+:)\S+$/.test(value.trim())
    ? undefined
    : "Begin with https:// or ssh://, as the platform shows it under Clone.";
}

const notAFile: ErrorReport = {
  code: "INVALID_SOURCE",
  what: "This is no folder and no file.",
  next: "Drop a folder or an archive from your machine.",
};

function nothingIn(title: string): ErrorReport {
  return {
    code: "INVALID_SOURCE",
    what: `Nothing in ${title} can be deployed.`,
    next: "Choose the folder that has the project's own files in it.",
  };
}

function noArchive(name: string): ErrorReport {
  return {
    code: "INVALID_SOURCE",
    what: `${name} is no archive.`,
    next: `Drop the folder it is in, or an archive: ${archives.join(", ")}.`,
  };
}

function reportOf(failure: unknown): ErrorReport {
  if (failure instanceof UploadRefused) return failure.report;
  if (failure instanceof DOMException)
    return {
      code: "INVALID_SOURCE",
      what: "A file could not be read, or was changed meanwhile.",
      next: "Choose the folder once more.",
    };
  return errorReportOf(failure);
}
