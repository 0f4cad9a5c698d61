import Link from "next/link";

export const metadata = { title: "Gone with the tide" };

export default function NotFound() {
  return (
    <>
      <h1>Gone with the tide.</h1>
      <p>
        There is no such page. <Link href="/">Back to the pier</Link>
      </p>
    </>
  );
}
