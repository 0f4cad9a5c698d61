import type { FC } from "hono/jsx";
import type { Link } from "./links.js";

export const Page: FC<{ links: Link[]; made?: string }> = ({ links, made }) => (
  <html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <title>Shortly, a link shortener</title>
      <meta name="description" content="Long addresses made short." />
      <link rel="icon" type="image/svg+xml" href="/assets/shortly.svg" />
      <link rel="stylesheet" href="/assets/shortly.css" />
    </head>
    <body>
      <main>
        <h1>Shortly</h1>
        <form method="post" action="/">
          <input name="to" type="url" required placeholder="https://…" aria-label="Long address" />
          <button>Shorten</button>
        </form>
        {made ? (
          <p class="made">
            Your link: <a href={made}>{made}</a>
          </p>
        ) : null}
        <table>
          <thead>
            <tr>
              <th>Link</th>
              <th>Goes to</th>
              <th>Clicks</th>
            </tr>
          </thead>
          <tbody>
            {links.map((link) => (
              <tr>
                <td>
                  <a href={`/to/${link.slug}`}>/to/{link.slug}</a>
                </td>
                <td>{link.to}</td>
                <td>{link.clicks}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </main>
    </body>
  </html>
);
