import { readdir, readFile } from "node:fs/promises";
import { database } from "./database.js";

const folder = new URL("../migrations/", import.meta.url);
for (const name of (await readdir(folder)).sort()) {
  await database.query(await readFile(new URL(name, folder), "utf8"));
  console.log(`applied ${name}`);
}
await database.end();
