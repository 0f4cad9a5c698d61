/**
 * Loaded into a Node program of this machine before its own code (NODE_OPTIONS): where it would listen on the port that is written in its
 * text, it listens on the one it was given. So programs that know nothing of PORT have neighbours, and a release that is up before the
 * last one goes. Where it names this machine as localhost, which may be ::1 alone, it gets the address it is asked at.
 */
"use strict";
const { Server } = require("node:net");

const written = Number(process.env.LANDFALL_WRITTEN_PORT);
const given = Number(process.env.PORT);
const { listen } = Server.prototype;

const isOurs = (port) => ["number", "string"].includes(typeof port) && [written, given].includes(Number(port));
const address = (host) => (host === "localhost" || host === "::1" ? "127.0.0.1" : host);

// Node takes a port with or without a host behind it, or an object of both. Source: https://nodejs.org/api/net.html#serverlisten
if (written && given)
  Server.prototype.listen = function (first, ...rest) {
    if (isOurs(first)) return listen.call(this, given, ...rest.map((one, index) => (index === 0 ? address(one) : one)));
    if (typeof first === "object" && first !== null && isOurs(first.port))
      return listen.call(this, { ...first, port: given, host: address(first.host) }, ...rest);
    return listen.call(this, first, ...rest);
  };

/**
 * Names below localhost are this machine (RFC 6761), which few resolvers of servers know: without it, a page that asks its own address on
 * the server, or that of a service beside it, would not find it.
 */
const dns = require("node:dns");
const known = (lookup) =>
  new Proxy(lookup, {
    apply: (target, self, [name, ...rest]) =>
      target.call(self, typeof name === "string" && /\.localhost\.?$/i.test(name) ? "127.0.0.1" : name, ...rest),
  });
dns.lookup = known(dns.lookup);
dns.promises.lookup = known(dns.promises.lookup);
