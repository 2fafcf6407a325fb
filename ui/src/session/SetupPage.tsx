import { Alert, Button, Stack, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { Navigate, useLocation } from "react-router";
import { answer, api } from "@/api/client";
import { keys, useSession, useSetupNeeded } from "@/api/queries";
import { useFailureText } from "@/elements/failures";
import { Entrance } from "./Entrance";
import { isNewPassword, NewPassword } from "./NewPassword";

/** The first administrator; the code comes with the link that the terminal prints. */
export function SetupPage() {
  const { t } = useTranslation();
  const session = useSession();
  const setup = useSetupNeeded(!session.data);
  if (session.data) return <Navigate to="/" replace />;
  if (setup.data === false) return <Navigate to="/login" replace />;
  return (
    <Entrance title={t("setup.title")} text={t("setup.text")}>
      <SetupForm />
    </Entrance>
  );
}

function SetupForm() {
  const { t } = useTranslation();
  const text = useFailureText();
  const client = useQueryClient();
  const { hash } = useLocation();
  const [typed, setTyped] = useState<string | null>(null);
  // Also when the link is opened where this page already stands.
  const code = typed ?? hash.slice(1);
  const [name, setName] = useState("admin");
  const [password, setPassword] = useState("");
  const [again, setAgain] = useState("");
  const make = useMutation({
    mutationFn: () => answer(api.POST("/api/v1/setup", { body: { code, name, password } })),
    onSuccess: (session) => client.setQueryData(keys.session, session),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isNewPassword(password, again)) make.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput
          label={t("setup.code")}
          description={t("setup.codeHelp")}
          required
          value={code}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        <TextInput
          label={t("login.name")}
          autoComplete="username"
          required
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <NewPassword
          password={password}
          again={again}
          onPassword={setPassword}
          onAgain={setAgain}
        />
        {make.error && (
          <Alert color="red" role="alert" variant="light">
            {text(make.error)}
          </Alert>
        )}
        <Button type="submit" size="md" loading={make.isPending}>
          {t("setup.submit")}
        </Button>
      </Stack>
    </form>
  );
}
