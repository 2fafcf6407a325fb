import { useTranslation } from "react-i18next";
import { Password } from "@/elements/Password";

const SHORTEST = 10;

/** Whether a password is long enough and was typed twice alike. */
export const isNewPassword = (password: string, again: string) =>
  password.length >= SHORTEST && again === password;

/** A new password, twice. */
export function NewPassword(props: {
  label?: string;
  password: string;
  again: string;
  onPassword: (password: string) => void;
  onAgain: (again: string) => void;
}) {
  const { t } = useTranslation();
  const short = props.password !== "" && props.password.length < SHORTEST;
  const differs = props.again !== "" && props.again !== props.password;
  return (
    <>
      <Password
        label={props.label ?? t("login.password")}
        description={t("setup.passwordHelp", { count: SHORTEST })}
        autoComplete="new-password"
        required
        error={short && t("setup.short", { count: SHORTEST })}
        value={props.password}
        onChange={(event) => props.onPassword(event.currentTarget.value)}
      />
      <Password
        label={t("setup.again")}
        autoComplete="new-password"
        required
        error={differs && t("setup.differs")}
        value={props.again}
        onChange={(event) => props.onAgain(event.currentTarget.value)}
      />
    </>
  );
}
