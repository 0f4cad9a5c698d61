/** The pool alone: the package's entry brings fetch, caches and WebSocket along, which an edge pays 12 MB for and never uses. */
declare module "undici/lib/dispatcher/pool.js" {
  export { Pool as default } from "undici";
}
