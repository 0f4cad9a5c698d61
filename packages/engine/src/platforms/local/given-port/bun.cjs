/**
 * Loaded by Bun before a program of this machine (BUN_OPTIONS), as node.cjs is by Node: where the program would serve on the port that is
 * written in its text, it serves on the one it was given. Servers of node:http are served by the same function.
 * Source: https://bun.com/docs/runtime/http/server
 */
"use strict";
const written = Number(process.env.LANDFALL_WRITTEN_PORT);
const given = Number(process.env.PORT);
const { serve } = Bun;

const isOurs = (port) => ["number", "string"].includes(typeof port) && [written, given].includes(Number(port));
const address = (host) => (host === "localhost" || host === "::1" ? "127.0.0.1" : host);

if (written && given)
  Bun.serve = (options) =>
    serve(isOurs(options?.port) ? { ...options, port: given, hostname: address(options.hostname) } : options);
