import { Button, Group, Stack } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { Password } from "@/elements/Password";
import { isNewPassword, NewPassword } from "@/session/NewPassword";
import { usePasswordChange } from "./api";
import { Card, ProofFailure } from "./Card";

/** A new password for the own account. */
export function PasswordCard() {
  const { t } = useTranslation();
  const [old, setOld] = useState("");
  const [password, setPassword] = useState("");
  const [again, setAgain] = useState("");
  const change = usePasswordChange();
  const done = () => {
    for (const empty of [setOld, setPassword, setAgain]) empty("");
    notifications.show({ message: t("account.passwordChanged") });
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate({ old, new: password }, { onSuccess: done });
  };
  return (
    <Card title={t("account.password")} text={t("account.passwordText")}>
      <form onSubmit={submit}>
        <Stack maw={420}>
          <Password
            label={t("account.oldPassword")}
            autoComplete="current-password"
            required
            value={old}
            onChange={(event) => setOld(event.currentTarget.value)}
          />
          <NewPassword
            label={t("account.newPassword")}
            password={password}
            again={again}
            onPassword={setPassword}
            onAgain={setAgain}
          />
          <ProofFailure error={change.error} />
          <Group>
            <Button
              type="submit"
              loading={change.isPending}
              disabled={!isNewPassword(password, again)}
            >
              {t("account.changePassword")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Card>
  );
}
