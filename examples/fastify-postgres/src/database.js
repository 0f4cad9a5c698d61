import pg from "pg";

if (!process.env.DATABASE_URL) {
  console.error("DATABASE_URL is not set. Example: postgresql://user:password@host:5432/pantry");
  process.exit(1);
}

/** The pool connects when it is first asked: the server starts, and /health answers, while the database is still coming up. */
export const database = new pg.Pool({
  connectionString: process.env.DATABASE_URL,
  max: 5,
  connectionTimeoutMillis: 3000,
});

// An idle client that loses its server must not end the process; the next query reports it.
database.on("error", (error) => console.error(`database: ${error.message}`));

/** What is wrong, in words a person can act on; never the URL, which holds the password. */
export function explain(error) {
  switch (error.code) {
    case "ECONNREFUSED":
      return "The database refuses connections: is it running, and is the port in DATABASE_URL right?";
    case "ENOTFOUND":
      return "The host in DATABASE_URL is unknown.";
    case "28P01":
      return "The database refuses the user or password in DATABASE_URL.";
    case "3D000":
      return "The database named in DATABASE_URL does not exist.";
    case "42P01":
      return "The table is missing: run npm run migrate.";
    default:
      return `The database cannot be asked (${error.code ?? error.message}).`;
  }
}
