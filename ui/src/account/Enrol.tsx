import { Button, Code, Group, Stack, Text, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { type Enrolment, useBeginFactor, useConfirmFactor } from "./api";
import { ProofFailure } from "./Card";
import { Proof } from "./Proof";
import { RecoveryCodes } from "./RecoveryCodes";

/** Password, then the app takes the secret, then it shows that it works, then recovery codes. */
export function Enrol({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation();
  const begin = useBeginFactor();
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  if (codes) return <RecoveryCodes codes={codes} onDone={onDone} />;
  if (begin.data) return <Scan enrolment={begin.data} onCodes={setCodes} onCancel={onDone} />;
  return (
    <Proof
      submit={t("account.goOn")}
      error={begin.error}
      busy={begin.isPending}
      onProof={(password) => begin.mutate(password)}
      onCancel={onDone}
    />
  );
}

interface ScanProps {
  enrolment: Enrolment;
  onCodes: (codes: readonly string[]) => void;
  onCancel: () => void;
}

function Scan({ enrolment, onCodes, onCancel }: ScanProps) {
  const { t } = useTranslation();
  const [code, setCode] = useState("");
  const confirm = useConfirmFactor();
  const send = (event: FormEvent) => {
    event.preventDefault();
    const typed = code.replaceAll(/\s/g, "");
    confirm.mutate(typed, { onSuccess: (answer) => onCodes(answer.codes) });
  };
  return (
    <form onSubmit={send}>
      <Stack>
        <Text size="sm">{t("account.scan")}</Text>
        <Group justify="center">
          <img src={pictureOf(enrolment.qr_svg)} alt={t("account.qr")} width={220} height={220} />
        </Group>
        <Text size="sm" ta="center">
          {t("account.secret")} <Code data-secret>{enrolment.secret}</Code>
        </Text>
        <TextInput
          label={t("login.code")}
          autoComplete="one-time-code"
          inputMode="numeric"
          required
          autoFocus
          value={code}
          onChange={(event) => setCode(event.currentTarget.value)}
        />
        <ProofFailure error={confirm.error} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onCancel}>
            {t("action.cancel")}
          </Button>
          <Button type="submit" loading={confirm.isPending}>
            {t("account.doing.enrol")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** As a picture and not as part of the page: the server's text can then do nothing here. */
function pictureOf(svg: string): string {
  const whole = svg.includes("xmlns=")
    ? svg
    : svg.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"');
  return `data:image/svg+xml,${encodeURIComponent(whole)}`;
}
