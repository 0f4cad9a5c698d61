import { DeployButton, LandfallProvider } from "@landfall/react";
import { useState } from "react";

export function App() {
  const [made, setMade] = useState(null);
  const [url, setUrl] = useState(null);

  async function make(event) {
    event.preventDefault();
    const { title, text } = Object.fromEntries(new FormData(event.currentTarget));
    const answer = await fetch("/make", { method: "POST", body: JSON.stringify({ title, text }) });
    setMade(await answer.json());
    setUrl(null);
  }

  return (
    <main>
      <h1>Sketch</h1>
      <form onSubmit={make}>
        <label>
          Title <input name="title" required maxLength={60} />
        </label>
        <label>
          Text <textarea name="text" rows={5} required />
        </label>
        <button>Make the page</button>
      </form>
      {made && (
        <LandfallProvider>
          <p>“{made.title}” is ready.</p>
          <DeployButton
            project={made.project}
            source={{ sandbox: made.sandbox }}
            onSettled={(deployment) => setUrl(deployment.url)}
          />
        </LandfallProvider>
      )}
      {url && (
        <p>
          It is at <a href={url}>{url}</a>.
        </p>
      )}
    </main>
  );
}
