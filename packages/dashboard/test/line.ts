/** What is between a browser and the server, for tests that cut it. */
import { connect, createServer, type Socket } from "node:net";

/** A line between browser and server that can be cut. */
export interface Line extends AsyncDisposable {
  url: string;
  /** Where it leads. */
  port: number;
  cut(): void;
}

export async function openLine(): Promise<Line> {
  const open = new Set<Socket>();
  const cut = (): void => open.forEach((socket) => socket.destroy());
  const server = createServer((near) => {
    const far = connect(line.port, "127.0.0.1");
    for (const one of [near, far]) {
      open.add(one);
      one.on("error", () => {}); // Cut, by us or by the other side.
      one.on("close", () => {
        open.delete(one);
        near.destroy();
        far.destroy();
      });
    }
    near.pipe(far).pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const line: Line = {
    url: `http://127.0.0.1:${(server.address() as { port: number }).port}`,
    port: 0,
    cut,
    async [Symbol.asyncDispose]() {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return line;
}
