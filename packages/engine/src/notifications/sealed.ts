/** What envelopes of a place are bound to. */
export const sealedFor = {
  address: (id: string): string => `notification-place ${id}`,
  secret: (id: string): string => `notification-secret ${id}`,
};
