import Link from "next/link";
import { redirect } from "next/navigation";
import { all, report } from "../lib/things";

// The list changes with every report: it is made for each request.
export const dynamic = "force-dynamic";

async function add(form) {
  "use server";
  const what = String(form.get("what") ?? "").trim();
  const where = String(form.get("where") ?? "").trim();
  if (what && where) redirect(`/entries/${report({ what: what.slice(0, 80), where: where.slice(0, 80) }).id}`);
}

export default function Home() {
  return (
    <>
      <h1>Lost and found</h1>
      <ul>
        {all().map((thing) => (
          <li key={thing.id}>
            <Link href={`/entries/${thing.id}`}>{thing.what}</Link> <small>{thing.where}</small>
          </li>
        ))}
      </ul>
      <form action={add}>
        <input name="what" placeholder="What did you find?" required maxLength={80} />
        <input name="where" placeholder="Where?" required maxLength={80} />
        <button>Report</button>
      </form>
    </>
  );
}
