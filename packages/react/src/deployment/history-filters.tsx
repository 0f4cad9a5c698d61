"use client";
import { useEffect, useId, useRef, useState } from "react";
import { Button } from "../parts/button.tsx";
import { stateWord } from "../parts/status.tsx";
import type { Deployment } from "../types.ts";
import type { HistoryFilter } from "./history.ts";

const states: Deployment["state"][] = [
  "pending",
  "building",
  "uploading",
  "deploying",
  "verifying",
  "success",
  "failed",
  "cancelled",
];
/** Typing is looked for after a pause of so long. */
const pauseMs = 250;
const field =
  "lf:min-h-8 lf:w-full lf:min-w-0 lf:rounded-md lf:border lf:border-line-strong lf:bg-raised lf:px-2 lf:text-sm";

export function HistoryFilters({
  filter,
  onFilter,
  environments,
  platforms,
  people,
  platformName,
}: {
  filter: HistoryFilter;
  onFilter(filter: HistoryFilter): void;
  environments: readonly string[];
  platforms: readonly string[];
  people: readonly string[];
  platformName(id: string): string;
}) {
  const set = (name: keyof HistoryFilter, value: string): void => {
    const { [name]: _, ...others } = filter;
    onFilter(value === "" ? others : { ...others, [name]: value });
  };
  return (
    <div
      role="search"
      aria-label="Filter deployments"
      className="lf:grid lf:min-w-0 lf:flex-1 lf:basis-full lf:grid-cols-2 lf:gap-2 lf:@xl:basis-0 lf:@2xl:grid-cols-4"
    >
      <SearchText value={filter.text ?? ""} onChange={(text) => set("text", text)} />
      <Choice
        label="Environment"
        all="All environments"
        value={filter.environment ?? ""}
        options={environments.map((one) => [one, one])}
        onChange={(value) => set("environment", value)}
      />
      <Choice
        label="State"
        all="All states"
        value={filter.state ?? ""}
        options={states.map((one) => [one, stateWord(one)])}
        onChange={(value) => set("state", value)}
      />
      <Choice
        label="Platform"
        all="All platforms"
        value={filter.platform ?? ""}
        options={platforms.map((one) => [one, platformName(one)])}
        onChange={(value) => set("platform", value)}
      />
      <Choice
        label="Person"
        all="Everybody"
        value={filter.person ?? ""}
        options={people.map((one) => [one, one])}
        onChange={(value) => set("person", value)}
      />
      <Day label="From" value={filter.from ?? ""} onChange={(value) => set("from", value)} />
      <Day label="Until" value={filter.until ?? ""} onChange={(value) => set("until", value)} />
      {Object.keys(filter).length === 0 ? null : (
        <Button look="quiet" className="lf:justify-self-start" onClick={() => onFilter({})}>
          Clear filters
        </Button>
      )}
    </div>
  );
}

function SearchText({ value, onChange }: { value: string; onChange(text: string): void }) {
  const [typed, setTyped] = useState(value);
  const [known, setKnown] = useState(value);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  if (value !== known) {
    // Changed from outside: by the address, or cleared.
    setKnown(value);
    setTyped(value);
  }
  useEffect(() => () => clearTimeout(timer.current), []);
  const tell = (text: string): void => {
    clearTimeout(timer.current);
    if (text === value) return;
    setKnown(text);
    onChange(text);
  };
  return (
    <input
      type="search"
      aria-label="Id, message, commit or branch"
      placeholder="Id, message, commit, branch"
      value={typed}
      onChange={({ target }) => {
        setTyped(target.value);
        clearTimeout(timer.current);
        timer.current = setTimeout(() => tell(target.value), pauseMs);
      }}
      onKeyDown={({ key }) => (key === "Enter" ? tell(typed) : undefined)}
      className={`${field} lf:col-span-2 lf:placeholder:text-muted lf:@2xl:col-span-1`}
    />
  );
}

function Day({ label, value, onChange }: { label: string; value: string; onChange(value: string): void }) {
  return (
    <label
      className={`${field} lf:col-span-2 lf:flex lf:items-center lf:gap-2 lf:focus-within:outline-2 lf:focus-within:outline-offset-2 lf:focus-within:outline-focus lf:@xl:col-span-1`}
    >
      <span className="lf:text-muted">{label}</span>
      <input
        type="date"
        value={value}
        onChange={({ target }) => onChange(target.value)}
        className="lf:min-w-0 lf:flex-1 lf:border-0 lf:bg-transparent lf:p-0 lf:text-end lf:text-sm lf:outline-none"
      />
    </label>
  );
}

function Choice({
  label,
  all,
  value,
  options,
  onChange,
}: {
  label: string;
  all: string;
  value: string;
  options: [value: string, word: string][];
  onChange(value: string): void;
}) {
  const id = useId();
  return (
    <span className="lf:min-w-0">
      <label htmlFor={id} className="lf:sr-only">
        {label}
      </label>
      <select id={id} value={value} onChange={({ target }) => onChange(target.value)} className={field}>
        <option value="">{all}</option>
        {value === "" || options.some(([one]) => one === value) ? null : <option value={value}>{value}</option>}
        {options.map(([one, word]) => (
          <option key={one} value={one}>
            {word}
          </option>
        ))}
      </select>
    </span>
  );
}
