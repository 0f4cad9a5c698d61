import { byId } from "../../../../../lib/things";

export async function POST(request, { params }) {
  const password = process.env.DESK_PASSWORD;
  if (!password || request.headers.get("authorization") !== `Bearer ${password}`)
    return Response.json({ error: "only the desk may do that" }, { status: 401 });
  const thing = byId((await params).id);
  if (!thing) return Response.json({ error: "no such thing" }, { status: 404 });
  thing.returned = true;
  return Response.json(thing);
}
