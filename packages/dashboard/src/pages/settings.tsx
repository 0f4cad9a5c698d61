/** You: how it looks, which keys work, what you are told, where you are signed in, your password and your keys. */
import { ApiKeys } from "../parts/api-keys.tsx";
import { Asked } from "../parts/asked.tsx";
import { CheckField, RadioField } from "../parts/fields.tsx";
import { Card, Section } from "../parts/section.tsx";
import { useHeld, useMe } from "../session.ts";
import { switchKeys, useAreKeysOn } from "../shell/keys.ts";
import { Page } from "../shell/page.tsx";
import { chooseTheme, useTheme } from "../shell/theme.ts";
import { OwnNotifications } from "./settings/notifications.tsx";
import { PasswordForm } from "./settings/password.tsx";
import { Sessions } from "./settings/sessions.tsx";

export function SettingsPage() {
  const me = useMe();
  const held = useHeld();
  return (
    <Page
      title="Your settings"
      description="Yours alone. What belongs to the organisation is under Team and Connections."
    >
      <Appearance />
      <Shortcuts />
      <Asked answer={me} waitsFor="who you are">
        {({ user }) => (
          <>
            {held.has("update:notification") ? <OwnNotifications /> : null}
            <Sessions />
            <PasswordForm email={user.email} />
            <ApiKeys only={user.email} />
          </>
        )}
      </Asked>
    </Page>
  );
}

function Appearance() {
  const theme = useTheme();
  return (
    <Section title="Appearance">
      <Card>
        <RadioField
          label="Colours"
          value={theme}
          choices={[
            { value: "system", label: "As the system" },
            { value: "light", label: "Light" },
            { value: "dark", label: "Dark" },
          ]}
          onChoose={chooseTheme}
        />
      </Card>
    </Section>
  );
}

function Shortcuts() {
  const isOn = useAreKeysOn();
  return (
    <Section title="Keyboard">
      <Card>
        <CheckField
          label="Single-letter shortcuts"
          hint="Press ? anywhere to see them. Switch them off if you use speech input or press keys by accident."
          checked={isOn}
          onChange={({ target: { checked } }) => switchKeys(checked)}
        />
      </Card>
    </Section>
  );
}
