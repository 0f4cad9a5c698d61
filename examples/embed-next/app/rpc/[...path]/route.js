import { token, url } from "../../landfall.js";

/** What the button needs, and nothing else. A real product also looks here whose project it is. */
const allowed =
  /^(live|targets\/list|platforms\/list|sandboxes\/deploy|projects\/get|deployments\/(get|list|events|cancel|checklist))$/;

export async function POST(request, { params }) {
  const path = (await params).path.join("/");
  if (!allowed.test(path)) return new Response(null, { status: 404 });
  const answer = await fetch(`${url}/rpc/${path}`, {
    method: "POST",
    headers: { "content-type": request.headers.get("content-type") ?? "application/json", authorization: `Bearer ${token}` },
    body: await request.text(),
    signal: request.signal,
  });
  return new Response(answer.body, {
    status: answer.status,
    headers: { "content-type": answer.headers.get("content-type") ?? "application/json" },
  });
}
