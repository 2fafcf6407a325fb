import { Alert, Button, Stack, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, Navigate, useSearchParams } from "react-router";
import { answer, api } from "@/api/client";
import { ApiFailure } from "@/api/failure";
import { keys, useSession, useWaysIn } from "@/api/queries";
import { useFailureText } from "@/elements/failures";
import { Password } from "@/elements/Password";
import { Entrance } from "./Entrance";
import { afterLogin } from "./next";

const CODE_NEEDED = "second_factor_needed";

export function LoginPage() {
  const { t } = useTranslation();
  const [query] = useSearchParams();
  const session = useSession();
  const ways = useWaysIn(session.data === null).data;
  if (session.data) return <Navigate to={afterLogin(query.get("next"))} replace />;
  if (ways?.needed) return <Navigate to="/setup" replace />;
  return (
    <Entrance title={t("login.title")} text={t("login.text")}>
      {query.has("provider") && <ProviderFailure code={query.get("provider") ?? ""} />}
      <LoginForm />
      {ways && <OtherWays {...ways} />}
    </Entrance>
  );
}

/** The provider of the organisation, and asking to become a user, where there are such ways. */
function OtherWays(props: { provider: string | null; registration: boolean }) {
  const { t } = useTranslation();
  return (
    <>
      {props.provider !== null && (
        <Button component="a" href="/api/v1/oidc/login" variant="default" size="md">
          {t("login.provider", { name: props.provider || t("login.aProvider") })}
        </Button>
      )}
      {props.registration && (
        <Button component={Link} to="/register" variant="subtle">
          {t("login.register")}
        </Button>
      )}
    </>
  );
}

function ProviderFailure({ code }: { code: string }) {
  const { t } = useTranslation();
  return (
    <Alert color="red" role="alert" variant="light">
      {t(code === "not_approved" ? "failure.not_approved" : "login.providerFailed")}
    </Alert>
  );
}

function LoginForm() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const login = useMutation({
    mutationFn: () => answer(api.POST("/api/v1/login", { body: { name, password, code } })),
    onSuccess: (session) => client.setQueryData(keys.session, session),
  });
  // Asked once, the field stays: a wrong code is corrected in place.
  const [coded, setCoded] = useState(false);
  const wanting = login.error instanceof ApiFailure && login.error.code === CODE_NEEDED;
  if (wanting && !coded) setCoded(true);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    login.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput
          label={t("login.name")}
          autoComplete="username"
          autoCapitalize="none"
          autoFocus
          required
          withAsterisk={false}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Password
          label={t("login.password")}
          autoComplete="current-password"
          required
          withAsterisk={false}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        {coded && (
          <TextInput
            label={t("login.code")}
            description={t("login.codeHelp")}
            autoComplete="one-time-code"
            autoFocus
            required
            withAsterisk={false}
            value={code}
            onChange={(event) => setCode(event.currentTarget.value)}
          />
        )}
        {login.error && !wanting && <LoginFailure error={login.error} coded={coded} />}
        <Button type="submit" size="md" loading={login.isPending}>
          {t("login.submit")}
        </Button>
      </Stack>
    </form>
  );
}

function LoginFailure({ error, coded }: { error: Error; coded: boolean }) {
  const { t } = useTranslation();
  const text = useFailureText();
  const wrong = error instanceof ApiFailure && error.status === 401;
  return (
    <Alert color="red" role="alert" variant="light">
      {wrong ? t(coded ? "login.wrongCode" : "login.wrong") : text(error)}
    </Alert>
  );
}
