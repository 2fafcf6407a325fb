import { Alert, Button, Stack, Text, TextInput, Textarea } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, Navigate } from "react-router";
import { useWaysIn } from "@/api/queries";
import { useFailureText } from "@/elements/failures";
import { useRegister } from "./api";
import { Entrance } from "./Entrance";
import { isNewPassword, NewPassword } from "./NewPassword";

/** Strangers ask to become users, where the administrator allows it. */
export function RegisterPage() {
  const { t } = useTranslation();
  const ways = useWaysIn(true);
  const register = useRegister();
  if (ways.data?.registration === false) return <Navigate to="/login" replace />;
  return (
    <Entrance title={t("register.title")} text={t("register.text")}>
      {register.isSuccess ? (
        <Alert color="teal" variant="light" role="status">
          {t("register.done")}
        </Alert>
      ) : (
        <RegisterForm register={register} />
      )}
      <Text size="sm" component={Link} to="/login" c="dimmed">
        {t("register.toLogin")}
      </Text>
    </Entrance>
  );
}

function RegisterForm({ register }: { register: ReturnType<typeof useRegister> }) {
  const { t } = useTranslation();
  const text = useFailureText();
  const [about, setAbout] = useState({ name: "", full_name: "", note: "" });
  const [password, setPassword] = useState("");
  const [again, setAgain] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    register.mutate({ ...about, password });
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput
          label={t("login.name")}
          autoComplete="username"
          autoCapitalize="none"
          required
          minLength={2}
          maxLength={64}
          value={about.name}
          onChange={(event) => setAbout({ ...about, name: event.currentTarget.value })}
        />
        <TextInput
          label={t("people.fullName")}
          autoComplete="name"
          maxLength={200}
          value={about.full_name}
          onChange={(event) => setAbout({ ...about, full_name: event.currentTarget.value })}
        />
        <Textarea
          label={t("register.note")}
          maxLength={200}
          autosize
          value={about.note}
          onChange={(event) => setAbout({ ...about, note: event.currentTarget.value })}
        />
        <NewPassword
          password={password}
          again={again}
          onPassword={setPassword}
          onAgain={setAgain}
        />
        {register.error && (
          <Alert color="red" variant="light" role="alert">
            {text(register.error)}
          </Alert>
        )}
        <Button
          type="submit"
          size="md"
          loading={register.isPending}
          disabled={!isNewPassword(password, again)}
        >
          {t("register.submit")}
        </Button>
      </Stack>
    </form>
  );
}
