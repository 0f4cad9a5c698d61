import "@landfall/react/styles.css";

export const metadata = { title: "Sketch" };

export default function Layout({ children }) {
  return (
    <html lang="en">
      <body style={{ maxWidth: "36rem", margin: "3rem auto", padding: "0 1rem", fontFamily: "Georgia, serif" }}>
        {children}
      </body>
    </html>
  );
}
