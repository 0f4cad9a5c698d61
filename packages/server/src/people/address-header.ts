/** The header the server itself writes the caller's address to; one that comes from outside is dropped. */
export const addressHeader = "x-landfall-address";
