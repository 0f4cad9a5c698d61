import { useEffect, useState } from "react";
import { clock, gramsFor } from "./methods.js";

export function Brew({ method }) {
  const [millilitres, setMillilitres] = useState(300);
  const [startedAt, setStartedAt] = useState(null);
  const [now, setNow] = useState(0);

  useEffect(() => {
    if (startedAt === null) return undefined;
    const timer = setInterval(() => setNow(Date.now()), 250);
    return () => clearInterval(timer);
  }, [startedAt]);

  const total = method.steps.reduce((sum, step) => sum + step.seconds, 0);
  const elapsed = startedAt === null ? 0 : Math.min(total, Math.max(0, Math.floor((now - startedAt) / 1000)));

  let endsAt = 0;
  const steps = method.steps.map((step) => {
    const beginsAt = endsAt;
    endsAt += step.seconds;
    const state = startedAt === null || elapsed < beginsAt ? "ahead" : elapsed < endsAt ? "now" : "done";
    return { ...step, beginsAt, state };
  });

  function toggle() {
    const instant = Date.now();
    setNow(instant);
    setStartedAt(startedAt === null ? instant : null);
  }

  return (
    <section>
      <label>
        Water: <strong>{millilitres} ml</strong>
        <input
          type="range"
          min="100"
          max="1000"
          step="10"
          value={millilitres}
          onChange={(event) => setMillilitres(Number(event.target.value))}
        />
      </label>
      <dl>
        <div>
          <dt>Weigh</dt>
          <dd>{gramsFor(method, millilitres)} g</dd>
        </div>
        <div>
          <dt>Heat to</dt>
          <dd>{method.temperature} °C</dd>
        </div>
        <div>
          <dt>Grind</dt>
          <dd>{method.grind}</dd>
        </div>
      </dl>
      <ol>
        {steps.map((step) => (
          <li key={step.name} className={step.state}>
            <span>{step.name}</span>
            <time>{clock(step.beginsAt)}</time>
          </li>
        ))}
      </ol>
      <button type="button" onClick={toggle}>
        {startedAt === null ? `Start (${clock(total)})` : elapsed === total ? "Enjoy. Again?" : `Stop (${clock(total - elapsed)} left)`}
      </button>
    </section>
  );
}
