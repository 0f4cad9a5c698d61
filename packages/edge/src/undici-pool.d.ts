/** What the pool's own `request` is made of; the package's entry puts it there. */
declare module "undici/lib/api/api-request.js" {
  import type { Dispatcher } from "undici";
  export default function request(
    this: Dispatcher,
    options: Dispatcher.RequestOptions,
  ): Promise<Dispatcher.ResponseData>;
}

/** The pool alone: the package's entry brings fetch, caches and WebSocket along, which an edge pays 12 MB for and never uses. */
declare module "undici/lib/dispatcher/pool.js" {
  export { Pool as default } from "undici";
}
