import { euros, priceOf, rows } from "@theatre/shared";
import "./theatre.css";

const api = import.meta.env.VITE_API_URL;
const house = document.querySelector("#house");
const sum = document.querySelector("#sum");
const book = document.querySelector("#book");
const chosen = new Set();

for (const row of rows) {
  const line = document.createElement("div");
  line.className = "row";
  for (let number = 1; number <= row.seats; number++) {
    const seat = document.createElement("button");
    seat.id = `${row.name}${number}`;
    seat.textContent = seat.id;
    seat.title = euros(row.cents);
    seat.addEventListener("click", () => choose(seat));
    line.append(seat);
  }
  house.append(line);
}

function choose(seat) {
  if (!chosen.delete(seat.id)) chosen.add(seat.id);
  seat.classList.toggle("chosen");
  show();
}

function show() {
  sum.textContent = chosen.size === 0 ? "" : `${[...chosen].join(", ")}: ${euros(priceOf([...chosen]))}`;
  book.disabled = chosen.size === 0 || !api;
}

async function refresh() {
  if (!api) return;
  const { taken } = await (await fetch(`${api}/seats`)).json();
  for (const id of taken) document.getElementById(id).disabled = true;
}

book.addEventListener("click", async () => {
  const response = await fetch(`${api}/bookings`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ seats: [...chosen] }),
  });
  const answer = await response.json();
  for (const id of chosen) document.getElementById(id).classList.remove("chosen");
  chosen.clear();
  show();
  sum.textContent = response.ok ? `Booked ${answer.seats.join(", ")} for ${answer.price}. See you tonight.` : answer.error;
  await refresh();
});

await refresh();
