/** What a new account is made of, wherever one is made. */
import type { FormField } from "./rule-form.tsx";
import { isEmail, isNewPassword, leastPasswordLength, present } from "./rules.ts";

export const newPasswordField: FormField = {
  name: "password",
  label: "Password",
  type: "password",
  autoComplete: "new-password",
  hint: `At least ${leastPasswordLength} characters.`,
  rule: isNewPassword,
};

export const accountFields: FormField[] = [
  { name: "name", label: "Your name", autoComplete: "name", rule: present("your name") },
  { name: "email", label: "Email", type: "email", autoComplete: "username", rule: isEmail },
  newPasswordField,
];
