import Link from "next/link";
import "./cafe.css";

export const metadata = {
  title: { default: "Harbour Café", template: "%s, Harbour Café" },
  description: "Breakfast from six, for fishermen and everybody else.",
  icons: { icon: "/cup.svg" },
};

export default function Layout({ children }) {
  return (
    <html lang="en">
      <body>
        <header>
          <Link href="/">Harbour Café</Link>
          <nav>
            <Link href="/menu/">Menu</Link>
          </nav>
        </header>
        <main>{children}</main>
        <footer>Pier 2. Open from six until the ferry leaves.</footer>
      </body>
    </html>
  );
}
