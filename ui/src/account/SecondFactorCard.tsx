import { Badge, Button, Group, Modal, Skeleton, Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Failed } from "@/elements/states";
import { useDropFactor, useNewRecoveryCodes, useSecondFactor } from "./api";
import { Card } from "./Card";
import { Enrol } from "./Enrol";
import { Proof } from "./Proof";
import { RecoveryCodes } from "./RecoveryCodes";

type Doing = "enrol" | "recovery" | "remove";

/** One-time codes of an authenticator app: turned on, renewed, turned off. */
export function SecondFactorCard() {
  const { t } = useTranslation();
  const factor = useSecondFactor();
  const [doing, setDoing] = useState<Doing | null>(null);
  const close = () => setDoing(null);
  return (
    <Card title={t("account.factor")} text={t("account.factorText")}>
      {factor.error && !factor.data && (
        <Failed error={factor.error} onRetry={() => void factor.refetch()} />
      )}
      {factor.isPending && <Skeleton h={36} w={220} />}
      {factor.data && <State {...factor.data} onDo={setDoing} />}
      <Modal
        opened={doing !== null}
        onClose={close}
        title={doing && t(`account.doing.${doing}`)}
        // What is shown here once must not go by a click beside it.
        closeOnClickOutside={false}
        closeButtonProps={{ "aria-label": t("action.close") }}
      >
        {doing === "enrol" && <Enrol onDone={close} />}
        {doing === "recovery" && <Renew onDone={close} />}
        {doing === "remove" && <Remove onDone={close} />}
      </Modal>
    </Card>
  );
}

interface StateProps {
  active: boolean;
  recovery_left: number;
  onDo: (doing: Doing) => void;
}

function State({ active, recovery_left, onDo }: StateProps) {
  const { t } = useTranslation();
  if (!active) {
    return (
      <Group>
        <Badge variant="light" color="gray">
          {t("account.off")}
        </Badge>
        <Button onClick={() => onDo("enrol")}>{t("account.doing.enrol")}</Button>
      </Group>
    );
  }
  return (
    <Group>
      <Badge variant="light" color="teal">
        {t("account.on")}
      </Badge>
      <Text size="sm">{t("account.recoveryLeft", { count: recovery_left })}</Text>
      <Button variant="default" onClick={() => onDo("recovery")}>
        {t("account.doing.recovery")}
      </Button>
      <Button variant="default" color="red" onClick={() => onDo("remove")}>
        {t("account.doing.remove")}
      </Button>
    </Group>
  );
}

function Renew({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation();
  const renew = useNewRecoveryCodes();
  if (renew.data) return <RecoveryCodes codes={renew.data.codes} onDone={onDone} />;
  return (
    <Proof
      submit={t("account.doing.recovery")}
      error={renew.error}
      busy={renew.isPending}
      onProof={(password) => renew.mutate(password)}
      onCancel={onDone}
    />
  );
}

function Remove({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation();
  const drop = useDropFactor();
  return (
    <Proof
      coded
      submit={t("account.doing.remove")}
      error={drop.error}
      busy={drop.isPending}
      onProof={(password, code) => drop.mutate({ password, code }, { onSuccess: onDone })}
      onCancel={onDone}
    />
  );
}
