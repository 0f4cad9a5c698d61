/** Address and password, as a password manager fills them in. */
import { signIn } from "../session.ts";
import { RuleForm } from "./rule-form.tsx";
import { isEmail, present } from "./rules.ts";

export function SignInForm({
  email = "",
  onDone,
}: {
  /** Filled in already. */
  email?: string;
  /** Whoever signed in, by address. */
  onDone(email: string): void;
}) {
  return (
    <RuleForm
      autoFocus
      submit="Sign in"
      submitting="Signing in"
      fields={[
        { name: "email", label: "Email", type: "email", autoComplete: "username", initial: email, rule: isEmail },
        {
          name: "password",
          label: "Password",
          type: "password",
          autoComplete: "current-password",
          rule: present("your password"),
        },
      ]}
      onSubmit={async ({ email: typed = "", password = "" }) => {
        const address = typed.trim().toLowerCase();
        const error = await signIn(address, password);
        if (error === null) onDone(address);
        return error;
      }}
    />
  );
}
