import { type ReactNode, useState } from "react";
import {
  EnvironmentVariableInput,
  type EnvironmentVariableInputProps,
  type NeededVariable,
  type VariableRow,
} from "../src/index.ts";

export const title = "EnvironmentVariableInput";

const saved = (key: string, value: string | null): VariableRow => ({
  id: key,
  key,
  value,
  sensitive: value === null,
  saved: true,
});
const typed = (id: string, key: string, value: string, more: Partial<VariableRow> = {}): VariableRow => ({
  id,
  key,
  value,
  sensitive: false,
  saved: false,
  ...more,
});

const clean = [saved("APP_TITLE", "Pantry"), saved("DATABASE_URL", null), saved("GREETING", "first line\nsecond line")];

const needed: NeededVariable[] = [
  {
    key: "DATABASE_URL",
    required: true,
    sensitive: true,
    public: false,
    class: "run",
    description: "PostgreSQL, with the name of the database.",
    example: "postgresql://pantry:password@localhost:5432/pantry",
    validation: "database-url",
    foundIn: ["src/database.js:3", "src/database.js:10", ".env.example:2"],
    because: "the program stops or refuses its work without it",
  },
  {
    key: "NEXTAUTH_SECRET",
    required: true,
    sensitive: true,
    public: false,
    class: "run",
    description: "Signs sessions.",
    foundIn: ["src/auth.ts:8"],
    because: "nothing takes its place where it is read",
  },
  {
    key: "SUPPORT_ADDRESS",
    required: true,
    sensitive: false,
    public: false,
    class: "run",
    example: "help@example.com",
    foundIn: [".env.example:5"],
  },
  {
    key: "LOG_LEVEL",
    required: false,
    sensitive: false,
    public: false,
    class: "run",
    description: "How much is logged",
    example: "info",
    foundIn: ["src/server.js:4", ".env.example:4"],
    because: "the platform or the runtime sets it",
  },
  { key: "PORT", required: false, sensitive: false, public: false, class: "run", foundIn: ["src/server.js:52"] },
];

type Given = Partial<EnvironmentVariableInputProps>;

/** A list somebody fills in. What it holds is told to tests as a property, not as text of the page. */
function Filled({ value: first = [], ...given }: Given) {
  const [rows, setRows] = useState<readonly VariableRow[]>(first);
  Object.assign(globalThis, { rows });
  return <EnvironmentVariableInput {...given} value={rows} onChange={setRows} />;
}

export const stories: Record<string, () => ReactNode> = {
  empty: () => <Filled />,
  clean: () => <Filled value={clean} />,
  changed: () => (
    <Filled
      value={[
        typed("APP_TITLE", "APP_TITLE", "The pantry", {
          before: { key: "APP_TITLE", value: "Pantry", sensitive: false },
        }),
        saved("DATABASE_URL", null),
        typed("new", "LOG_LEVEL", "debug"),
      ]}
    />
  ),
  duplicate: () => <Filled value={[saved("APP_TITLE", "Pantry"), typed("b", "APP_TITLE", "The pantry")]} />,
  "bad name": () => <Filled value={[typed("a", "APP-TITLE", "x"), typed("b", "1ST", "y"), typed("c", "", "z")]} />,
  "blank required": () => (
    <Filled
      needed={needed}
      value={[
        typed("needed-SUPPORT_ADDRESS", "SUPPORT_ADDRESS", ""),
        typed("needed-DATABASE_URL", "DATABASE_URL", "postgresql://x", { sensitive: true }),
        typed("needed-NEXTAUTH_SECRET", "NEXTAUTH_SECRET", "0123456789abcdef0123456789abcdef", { sensitive: true }),
      ]}
    />
  ),
  "will be public": () => (
    <Filled value={[typed("a", "NEXT_PUBLIC_SITE_NAME", "Pantry"), typed("b", "VITE_API_SECRET", "x")]} />
  ),
  "saved value hidden": () => <Filled value={[saved("DATABASE_URL", null), saved("API_KEY", null)]} />,
  "missing first": () => <Filled value={[saved("APP_TITLE", "Pantry")]} needed={needed} />,
  "a private key": () => (
    <Filled
      value={[
        typed("k", "PRIVATE_KEY", "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADAN\n-----END PRIVATE KEY-----\n", {
          sensitive: true,
        }),
      ]}
    />
  ),
  "refused by the server": () => (
    <Filled
      value={[typed("u", "DATABASE_URL", "localhost", { sensitive: true })]}
      faults={[{ path: "DATABASE_URL", message: "is not an address of a database: it begins with no scheme" }]}
    />
  ),
  disabled: () => <Filled value={clean} disabled />,
};
