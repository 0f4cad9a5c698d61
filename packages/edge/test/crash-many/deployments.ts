/** The deployments of the matrix, by their number: each a project of its own. */
export const projectOf = (number: number): string => `p${number}`;
export const pageOf = (number: number): string => `<p>page of ${projectOf(number)}</p>`;
export const platformOf = (number: number): "netlify" | "local" => (number % 2 === 0 ? "netlify" : "local");
