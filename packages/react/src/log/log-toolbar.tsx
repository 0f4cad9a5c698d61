"use client";
import { Search, TextWrap, Volume2 } from "lucide-react";
import type { ComponentProps, ReactNode } from "react";
import { Button } from "../parts/button.tsx";
import type { LevelFilter } from "./line-index.ts";
import { LevelMark, type Times } from "./log-row.tsx";
import { counted } from "./log-words.ts";

/** Of a button or switch that is on. */
export const pressedClass =
  "lf:aria-pressed:bg-neutral-soft lf:aria-pressed:border-line-strong lf:aria-checked:bg-neutral-soft lf:aria-checked:border-line-strong";

/** A button of the bar: its name is said and shown on hover. */
export function ToolButton({ label, children, ...rest }: ComponentProps<"button"> & { label: string }) {
  return (
    <Button look="quiet" aria-label={label} title={label} {...rest} className={`lf:px-1.5! ${pressedClass}`}>
      {children}
    </Button>
  );
}

function Choice<T extends string>(props: {
  label: string;
  value: T;
  options: readonly (readonly [value: T, words: string])[];
  onChoose(value: T): void;
}) {
  return (
    <select
      aria-label={props.label}
      value={props.value}
      onChange={(event) => props.onChoose(event.currentTarget.value as T)}
      className="lf:h-8 lf:max-w-40 lf:field-sizing-content lf:cursor-pointer lf:rounded-md lf:border lf:border-line-strong lf:bg-raised lf:px-1 lf:text-sm"
    >
      {props.options.map(([value, words]) => (
        <option key={value} value={value}>
          {words}
        </option>
      ))}
    </select>
  );
}

const levelOptions = [
  ["all", "All lines"],
  ["warning", "Warnings and errors"],
  ["error", "Errors"],
] as const satisfies readonly (readonly [LevelFilter, string])[];
const timeOptions = [
  ["off", "No times"],
  ["relative", "Since the start"],
  ["absolute", "Time of day"],
] as const satisfies readonly (readonly [Times, string])[];

export interface LogToolbarProps {
  errors: number;
  warnings: number;
  onNext(level: "error" | "warning"): void;
  level: LevelFilter;
  onLevel(level: LevelFilter): void;
  steps: readonly string[];
  step: string | null;
  onStep(step: string | null): void;
  times: Times;
  onTimes(times: Times): void;
  isWrapped: boolean;
  onWrap(): void;
  isReadAloud: boolean;
  onReadAloud(): void;
  isSearching: boolean;
  onSearch(): void;
  /** Absent when no more lines come. */
  following?: { isOn: boolean; onFollow(): void; onStop(): void } | undefined;
  /** Copy, download and the like. */
  children: ReactNode;
}

/** What a person can do with the log, in one bar that breaks into lines. */
export function LogToolbar(props: LogToolbarProps) {
  const { step, steps, following } = props;
  const names = step === null || steps.includes(step) ? steps : [...steps, step];
  return (
    <div role="group" aria-label="Log tools" className="lf:flex lf:flex-wrap lf:items-center lf:gap-1">
      {props.errors > 0 ? (
        <Button look="quiet" title="Go to the next error" className="lf:px-1.5!" onClick={() => props.onNext("error")}>
          <LevelMark level="error" />
          {counted(props.errors, "error")}
        </Button>
      ) : null}
      {props.warnings > 0 ? (
        <Button
          look="quiet"
          title="Go to the next warning"
          className="lf:px-1.5!"
          onClick={() => props.onNext("warning")}
        >
          <LevelMark level="warning" />
          {counted(props.warnings, "warning")}
        </Button>
      ) : null}
      {following ? (
        <Button
          look={following.isOn ? "quiet" : "plain"}
          aria-pressed={following.isOn}
          className={`lf:px-1.5! ${pressedClass}`}
          onClick={following.isOn ? following.onStop : following.onFollow}
        >
          Follow
        </Button>
      ) : null}
      <Choice label="Level" value={props.level} options={levelOptions} onChoose={props.onLevel} />
      {names.length > 1 || step !== null ? (
        <Choice
          label="Step"
          value={step ?? ""}
          options={[["", "All steps"], ...names.map((name) => [name, name] as const)]}
          onChoose={(name) => props.onStep(name === "" ? null : name)}
        />
      ) : null}
      <Choice label="Times" value={props.times} options={timeOptions} onChoose={props.onTimes} />
      <ToolButton label="Search" aria-pressed={props.isSearching} onClick={props.onSearch}>
        <Search aria-hidden size={16} />
      </ToolButton>
      <ToolButton label="Wrap long lines" aria-pressed={props.isWrapped} onClick={props.onWrap}>
        <TextWrap aria-hidden size={16} />
      </ToolButton>
      <ToolButton
        label="Read new lines aloud"
        role="switch"
        aria-checked={props.isReadAloud}
        onClick={props.onReadAloud}
      >
        <Volume2 aria-hidden size={16} />
      </ToolButton>
      <div className="lf:flex lf:flex-wrap lf:items-center lf:gap-1">{props.children}</div>
    </div>
  );
}
