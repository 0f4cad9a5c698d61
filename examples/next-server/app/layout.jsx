import "./desk.css";

const station = process.env.NEXT_PUBLIC_STATION ?? "Central station";

export const metadata = {
  title: `Lost and found, ${station}`,
  description: "What was left on trains, and how to get it back.",
  icons: { icon: "/umbrella.svg" },
};

export default function Layout({ children }) {
  return (
    <html lang="en">
      <body>
        <main>
          <p className="station">{station}</p>
          {children}
        </main>
      </body>
    </html>
  );
}
