import { split } from "./split";

const total = document.querySelector<HTMLInputElement>("#total")!;
const people = document.querySelector<HTMLInputElement>("#people")!;
const share = document.querySelector<HTMLOutputElement>("#share")!;

function show(): void {
  const shares = split(Math.round(total.valueAsNumber * 100), people.value);
  share.textContent = shares.map((cents) => (cents / 100).toFixed(2)).join(", ");
}

total.addEventListener("input", show);
people.addEventListener("input", show);
show();
