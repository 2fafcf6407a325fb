import { Button, Group, Stack, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { Password } from "@/elements/Password";
import { ProofFailure } from "./Card";

interface ProofProps {
  submit: string;
  /** Whether a one-time code is asked for too. */
  coded?: boolean;
  error: unknown;
  busy: boolean;
  onProof: (password: string, code: string) => void;
  onCancel: () => void;
}

/** The password once more, for what an open login alone may not do. */
export function Proof({ submit, coded = false, error, busy, onProof, onCancel }: ProofProps) {
  const { t } = useTranslation();
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const send = (event: FormEvent) => {
    event.preventDefault();
    onProof(password, code.trim());
  };
  return (
    <form onSubmit={send}>
      <Stack>
        <Password
          label={t("login.password")}
          autoComplete="current-password"
          required
          data-autofocus
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        {coded && (
          <TextInput
            label={t("login.code")}
            description={t("login.codeHelp")}
            autoComplete="one-time-code"
            required
            value={code}
            onChange={(event) => setCode(event.currentTarget.value)}
          />
        )}
        <ProofFailure error={error} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onCancel}>
            {t("action.cancel")}
          </Button>
          <Button type="submit" loading={busy}>
            {submit}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
