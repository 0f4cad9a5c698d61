import { redirect } from "next/navigation";
import { Deploy } from "./deploy.jsx";
import { landfall } from "./landfall.js";

async function make(form) {
  "use server";
  const title = String(form.get("title"));
  const { id } = await landfall.sandboxes.create({ name: title.slice(0, 60) });
  await landfall.sandboxes.write({ id, files: [{ path: "index.html", text: page(title, String(form.get("text"))) }] });
  redirect(`/?${new URLSearchParams({ sandbox: id, title })}`);
}

export default async function Page({ searchParams }) {
  const { sandbox, title } = await searchParams;
  return (
    <main>
      <h1>Sketch</h1>
      <form action={make}>
        <p>
          <label>
            Title <input name="title" required maxLength={60} />
          </label>
        </p>
        <p>
          <label>
            Text <textarea name="text" rows={5} required />
          </label>
        </p>
        <button>Make the page</button>
      </form>
      {sandbox && (
        <>
          <p>“{title}” is ready.</p>
          <Deploy sandbox={sandbox} project={nameOf(title)} />
        </>
      )}
    </main>
  );
}

function nameOf(title) {
  return title.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-").replaceAll(/^-|-$/g, "") || "sketch";
}

function page(title, text) {
  const safe = (value) => value.replaceAll(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>${safe(title)}</title><h1>${safe(title)}</h1><p>${safe(text)}</p></html>`;
}
