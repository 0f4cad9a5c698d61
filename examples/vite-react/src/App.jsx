import { useEffect, useState } from "react";
import { Brew } from "./Brew.jsx";
import { methods } from "./methods.js";

/** The method is in the address (`/brew/aeropress`), so that a cup can be shared and a reload keeps it. */
function methodAt(pathname) {
  return methods.find((method) => pathname === `/brew/${method.id}`) ?? methods[0];
}

export function App() {
  const [method, setMethod] = useState(() => methodAt(window.location.pathname));

  useEffect(() => {
    const onPop = () => setMethod(methodAt(window.location.pathname));
    window.addEventListener("popstate", onPop);
    return () => window.removeEventListener("popstate", onPop);
  }, []);

  function choose(event, next) {
    event.preventDefault();
    window.history.pushState(null, "", `/brew/${next.id}`);
    setMethod(next);
  }

  return (
    <main>
      <header>
        <img src="/kettle.svg" alt="" width="48" height="48" />
        <div>
          <h1>Kettle</h1>
          <p>How much, how hot, how long.</p>
        </div>
      </header>
      <nav aria-label="Method">
        {methods.map((each) => (
          <a
            key={each.id}
            href={`/brew/${each.id}`}
            aria-current={each === method ? "page" : undefined}
            onClick={(event) => choose(event, each)}
          >
            {each.name}
          </a>
        ))}
      </nav>
      <Brew key={method.id} method={method} />
      <footer>Weigh the water too: one millilitre is one gram.</footer>
    </main>
  );
}
