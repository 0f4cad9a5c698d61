/** What people's names, addresses and passwords must be: nothing when it is right, else what is wrong and how it is mended. */

export type Rule = (value: string) => string | undefined;

export const present =
  (what: string): Rule =>
  (value) =>
    value.trim() === "" ? `Enter ${what}.` : undefined;

export const isEmail: Rule = (value) => {
  if (value.trim() === "") return "Enter your email address.";
  return /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value.trim())
    ? undefined
    : "This is no email address. It looks like ada@example.com.";
};

export const leastPasswordLength = 12;

export const isNewPassword: Rule = (value) => {
  if (value === "") return "Choose a password.";
  const missing = leastPasswordLength - value.length;
  if (missing > 0) return `Too short: ${missing} more ${missing === 1 ? "character" : "characters"}.`;
  return value.length > 128 ? "Too long: at most 128 characters." : undefined;
};
