/** The house: rows and what a seat in them costs, in cents. Both the box office (api) and the page (web) count with this. */
export const rows = [
  { name: "A", seats: 8, cents: 2800 },
  { name: "B", seats: 10, cents: 2400 },
  { name: "C", seats: 10, cents: 2000 },
  { name: "D", seats: 12, cents: 1500 },
];

/** A seat's id is its row and number, such as `B7`. */
export function seats() {
  return rows.flatMap((row) => Array.from({ length: row.seats }, (_, index) => `${row.name}${index + 1}`));
}

/** What these seats cost together, in cents. Six or more are a party: a tenth off. Throws a RangeError for a seat the house does not have. */
export function priceOf(ids) {
  const sum = ids.reduce((total, id) => {
    const row = rows.find((each) => each.name === id[0] && Number(id.slice(1)) >= 1 && Number(id.slice(1)) <= each.seats);
    if (!row) throw new RangeError(`there is no seat ${id}`);
    return total + row.cents;
  }, 0);
  return ids.length >= 6 ? Math.round(sum * 0.9) : sum;
}

export function euros(cents) {
  return `€ ${(cents / 100).toFixed(2)}`;
}
