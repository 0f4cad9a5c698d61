/** Visiting a deployed site: the simulator is asked, under the host name of the address. */
import { request as httpRequest } from "node:http";

export interface Visited {
  status: number;
  headers: Record<string, unknown>;
  body: string;
}

/** What a visitor of `https://<host><path>` gets from the simulator at `url`. (`fetch` does not send a host name of one's own.) */
export function visitSite(
  url: string,
  address: string,
  { method = "GET", headers = {} }: { method?: string; headers?: Record<string, string> } = {},
): Promise<Visited> {
  const { host, pathname, search } = new URL(address);
  return new Promise((resolve, reject) => {
    const asked = httpRequest(url + pathname + search, { method, headers: { ...headers, host } }, (answer) => {
      let body = "";
      answer.setEncoding("utf8");
      answer.on("data", (chunk: string) => (body += chunk));
      answer.on("end", () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body }));
    });
    asked.on("error", reject);
    asked.end();
  });
}
