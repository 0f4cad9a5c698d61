export const dynamic = "force-dynamic";

export function GET() {
  return Response.json({ status: "ok", at: new Date().toISOString() });
}
