/** Shares in cents that add up to the total: the first ones pay the odd cent. */
export function split(totalCents: number, people: number): number[] {
  const share = Math.floor(totalCents / people);
  return Array.from({ length: people }, (_, index) => share + (index < totalCents % people ? 1 : 0));
}
