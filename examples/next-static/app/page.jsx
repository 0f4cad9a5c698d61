import Link from "next/link";
import { OpenNow } from "./open-now";

export default function Home() {
  return (
    <>
      <h1>Breakfast from six, for fishermen and everybody else.</h1>
      <OpenNow opens={6} closes={18} />
      <p>
        Eggs from the island, bread from the day before for toast and of today for everything else. See the{" "}
        <Link href="/menu/">menu</Link>.
      </p>
    </>
  );
}
