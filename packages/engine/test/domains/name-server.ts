/** A name server on loopback that answers from a table, and says nothing about names below `.silent`. */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { type Answer, decode, encode } from "dns-packet";

/** `"A example.com"` to the values of its records. */
export type Zone = Record<string, string[]>;

export async function nameServer(zone: Zone): Promise<AsyncDisposable & { address: string }> {
  const socket = createSocket("udp4");
  socket.on("message", (bytes, { address, port }) => {
    const query = decode(bytes);
    const { name, type } = query.questions![0]!;
    if (name.endsWith(".silent")) return;
    const exact = zone[`${type} ${name}`] ?? [];
    const answers = exact.map((value) => answerOf(type, name, value));
    socket.send(encode({ type: "response", id: query.id!, questions: query.questions!, answers }), port, address);
  });
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  return {
    address: `127.0.0.1:${socket.address().port}`,
    [Symbol.asyncDispose]: () => new Promise((resolve) => socket.close(() => resolve())),
  };
}

function answerOf(type: string, name: string, value: string): Answer {
  if (type === "CAA") return { type: "CAA", name, ttl: 1, data: { flags: 0, tag: "issue", value } };
  return { type, name, ttl: 1, data: value } as Answer;
}
