/** Addresses: of pages, databases, queues, mail servers. */
import type { Fault, ValueKind } from "./value-kind.ts";

interface AddressShape {
  id: string;
  schemes: string[];
  example: string;
  /** The path must name a database. */
  needsDatabase?: true;
  /** Schemes without a host: `file:./dev.db`. */
  local?: RegExp;
}

const addresses: AddressShape[] = [
  { id: "url", schemes: ["http", "https"], example: "https://app.example.com" },
  {
    id: "https-url",
    schemes: ["https"],
    example: "https://app.example.com",
    local: /^http:\/\/(?:localhost|127\.0\.0\.1|\[::1\]|[\w-]+)(?::\d+)?(?:\/|$)/,
  },
  { id: "websocket-url", schemes: ["ws", "wss", "http", "https"], example: "wss://app.example.com" },
  {
    id: "postgres-url",
    schemes: ["postgres", "postgresql", "prisma", "prisma+postgres"],
    example: "postgresql://user:password@host:5432/database",
    needsDatabase: true,
  },
  {
    id: "mysql-url",
    schemes: ["mysql", "mysql2", "mariadb"],
    example: "mysql://user:password@host:3306/database",
    needsDatabase: true,
  },
  {
    id: "redis-url",
    schemes: ["redis", "rediss", "valkey", "valkeys"],
    example: "rediss://default:password@host:6379",
    local: /^(?:redis|unix):\/\/\//,
  },
  { id: "amqp-url", schemes: ["amqp", "amqps"], example: "amqps://user:password@host/vhost" },
  {
    id: "libsql-url",
    schemes: ["libsql", "https", "http", "wss", "ws"],
    example: "libsql://name-organisation.turso.io",
    local: /^file:/,
  },
  { id: "smtp-url", schemes: ["smtp", "smtps"], example: "smtp://user:password@smtp.example.com:587" },
  { id: "cloudinary-url", schemes: ["cloudinary"], example: "cloudinary://key:secret@cloud" },
];

const knownSchemes =
  /^(?:https?|wss?|postgres(?:ql)?|mysql|mongodb(?:\+srv)?|rediss?|amqps?|smtps?|ftp|file|sqlite|libsql|jdbc|sqlserver|prisma)$/;

function addressKind(shape: AddressShape): ValueKind {
  return { id: shape.id, check: (value) => (shape.local?.test(value) ? null : faultOfAddress(value, shape)) };
}

function faultOfAddress(value: string, shape: AddressShape): Fault | null {
  const hint = `For example ${shape.example}`;
  if (/\s/.test(value)) return { message: "has white space in it", hint };
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):\/\//.exec(value)?.[1]?.toLowerCase();
  const schemes = list(shape.schemes.map((one) => `${one}://`));
  if (scheme === undefined) return { message: `is not an address: it does not begin with ${schemes}`, hint };
  if (!shape.schemes.includes(scheme)) {
    return {
      message: `${knownSchemes.test(scheme) ? `begins with ${scheme}://` : "begins with another scheme"}, and ${schemes} is expected`,
      hint,
    };
  }
  const rest = value.slice(scheme.length + 3);
  if (
    /[<>[\]]/.test(rest.replace(/@?\[[0-9a-f:.]+\](?=[:/]|$)/i, "")) ||
    /(?:^|:)(?:YOUR|CHANGE)[-_ ]?\w*(?=@)/i.test(rest)
  ) {
    return { message: "still has a placeholder in it", hint };
  }
  const authority = /^[^/?#]*/.exec(rest)![0];
  if ((authority.match(/@/g) ?? []).length > 1) {
    return { message: "has more than one @ before the path: an @ in a password is written %40", hint };
  }
  if (scheme.startsWith("prisma")) return null;
  let url: URL;
  try {
    // Under a scheme it knows, URL checks host and port strictly; others it lets pass.
    url = new URL(`http://${rest}`);
  } catch {
    if (authority === "" || authority.endsWith("@")) return { message: "has no host", hint };
    if (/[/#?]/.test(rest.slice(authority.length)) && rest.lastIndexOf("@") > authority.length) {
      return { message: "has a / , ? or # in the password: write it %2F, %3F or %23", hint };
    }
    return { message: "has a host or port that cannot be one", hint };
  }
  if (
    rest.lastIndexOf("@") > authority.length &&
    !authority.includes("@") &&
    shape.needsDatabase &&
    authority.includes(":")
  ) {
    return { message: "has a / , ? or # in the password: write it %2F, %3F or %23", hint };
  }
  if (url.hostname === "") return { message: "has no host", hint };
  if (shape.needsDatabase && url.pathname.replace(/^\/+/, "") === "" && !url.searchParams.has("dbname")) {
    return { message: "names no database: its name comes after the host and a /", hint };
  }
  return null;
}

const mongodbHint = "For example mongodb+srv://user:password@cluster0.abcde.mongodb.net/database";

function faultOfMongodb(value: string): Fault | null {
  if (/\s/.test(value)) return { message: "has white space in it", hint: mongodbHint };
  const match = /^mongodb(\+srv)?:\/\/([^/?]*)(\/[^?]*)?(\?.*)?$/i.exec(value);
  if (!match)
    return {
      message: "is not an address of MongoDB: it does not begin with mongodb:// or mongodb+srv://",
      hint: mongodbHint,
    };
  const authority = match[2]!;
  const at = authority.lastIndexOf("@");
  const user = at < 0 ? "" : authority.slice(0, at);
  const hosts = authority.slice(at + 1);
  if (/[<>]/.test(authority))
    return { message: "still has a placeholder in it: the user and password go where <…> stands", hint: mongodbHint };
  if (user.includes("@"))
    return { message: "has more than one @ before the host: an @ in a password is written %40", hint: mongodbHint };
  if (hosts === "" || hosts.split(",").includes("")) return { message: "has no host", hint: mongodbHint };
  if (match[1]) {
    if (hosts.includes(",")) return { message: "names several hosts, and mongodb+srv:// takes one", hint: mongodbHint };
    if (/:\d/.test(hosts)) return { message: "has a port, and mongodb+srv:// takes none", hint: mongodbHint };
    if (!hosts.includes("."))
      return { message: "has a host without a domain, and mongodb+srv:// looks one up in DNS", hint: mongodbHint };
    return null;
  }
  for (const host of hosts.split(",")) {
    if (!/^(?:[A-Za-z0-9._-]+|\[[0-9a-f:]+\]|[^:]+\.sock)(?::\d{1,5})?$/i.test(host))
      return { message: "has a host or port that cannot be one", hint: mongodbHint };
  }
  return null;
}

const databaseSchemes =
  /^(?:(postgres(?:ql)?|prisma(?:\+postgres)?)|(mysql2?|mariadb)|(mongodb(?:\+srv)?)|(rediss?)|file|sqlite3?|libsql|sqlserver|mssql|cockroachdb|jdbc|https?|wss?|ecto|clickhouse|postgresql\+\w+|mysql\+\w+|sqlite\+\w+):/i;

/** The database may be any: the scheme says which, and what it must look like. */
function faultOfDatabase(value: string): Fault | null {
  const match = databaseSchemes.exec(value);
  if (!match) {
    return {
      message:
        "is not an address of a database: it does not begin with postgresql://, mysql://, mongodb://, file: or the like",
      hint: "For example postgresql://user:password@host:5432/database",
    };
  }
  if (match[1]) return faultOfAddress(value, addressOf("postgres-url"));
  if (match[2]) return faultOfAddress(value, addressOf("mysql-url"));
  return match[3] ? faultOfMongodb(value) : null;
}

function addressOf(id: string): AddressShape {
  return addresses.find((shape) => shape.id === id)!;
}

/** One address of a page, several, or a path, a name or `*`, as settings for origins take them. */
function faultOfOrigins(value: string): Fault | null {
  if (/^(?:\/|\*$)/.test(value) || !value.includes(":") || /^\w[\w.-]*:\d+$/.test(value)) return null;
  const shape = addressOf("websocket-url");
  const faults = value.split(/\s*,\s*/).map((one) => faultOfAddress(one, shape));
  return faults.find((fault) => fault !== null) ?? null;
}

function list(words: string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}

export const addressKinds: ValueKind[] = [
  ...addresses.map(addressKind),
  { id: "mongodb-url", check: faultOfMongodb },
  { id: "database-url", check: faultOfDatabase },
  { id: "address", check: faultOfOrigins },
];
