import { Alert, Button, Loader, Stack, TextInput } from "@mantine/core";
import { type FormEvent, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useLocation, useNavigate } from "react-router";
import { ApiFailure } from "@/api/failure";
import { useFailureText } from "@/elements/failures";
import { useAccept, useLook } from "./api";
import { Entrance } from "./Entrance";
import { isNewPassword, NewPassword } from "./NewPassword";

/** Where a link leads: somebody becomes a user, or sets a forgotten password anew. */
export function InvitationPage() {
  const { t } = useTranslation();
  const token = useLocation().hash.slice(1);
  const { mutate, data, error } = useLook();
  useEffect(() => mutate(token || "-"), [mutate, token]);
  const user = data?.user ?? "";
  return (
    <Entrance
      title={t(user ? "invitation.resetTitle" : "invitation.title")}
      text={user ? t("invitation.resetText", { name: user }) : t("invitation.text")}
    >
      {error && <Spent error={error} />}
      {data && <AcceptForm key={token} token={token} user={user} />}
      {!error && !data && <Loader />}
    </Entrance>
  );
}

function Spent({ error }: { error: Error }) {
  const { t } = useTranslation();
  const text = useFailureText();
  const spent = error instanceof ApiFailure && error.code === "denied";
  return (
    <Stack>
      <Alert color="red" variant="light" role="alert">
        {spent ? t("invitation.spent") : text(error)}
      </Alert>
      <Button component={Link} to="/login" variant="default">
        {t("register.toLogin")}
      </Button>
    </Stack>
  );
}

function AcceptForm({ token, user }: { token: string; user: string }) {
  const { t } = useTranslation();
  const text = useFailureText();
  const navigate = useNavigate();
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [again, setAgain] = useState("");
  const accept = useAccept();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    accept.mutate(
      { token, name: user ? null : name, user, password },
      { onSuccess: (session) => void navigate(session ? "/" : "/login", { replace: true }) },
    );
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        {!user && (
          <TextInput
            label={t("login.name")}
            autoComplete="username"
            autoCapitalize="none"
            required
            minLength={2}
            maxLength={64}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
        )}
        <NewPassword
          password={password}
          again={again}
          onPassword={setPassword}
          onAgain={setAgain}
        />
        {accept.error && (
          <Alert color="red" variant="light" role="alert">
            {text(accept.error)}
          </Alert>
        )}
        <Button
          type="submit"
          size="md"
          loading={accept.isPending}
          disabled={!isNewPassword(password, again)}
        >
          {t(user ? "invitation.reset" : "invitation.accept")}
        </Button>
      </Stack>
    </form>
  );
}
