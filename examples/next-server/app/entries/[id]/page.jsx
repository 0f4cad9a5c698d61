import Link from "next/link";
import { notFound } from "next/navigation";
import { byId } from "../../../lib/things";

export default async function Entry({ params }) {
  const thing = byId((await params).id);
  if (!thing) notFound();
  return (
    <>
      <h1>{thing.what}</h1>
      <p>
        Found: {thing.where}. {thing.returned ? "Returned to its owner." : "Waiting at the desk."}
      </p>
      <Link href="/">Everything found</Link>
    </>
  );
}
