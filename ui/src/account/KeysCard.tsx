import { Badge, Button, Group, Modal, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useSite } from "@/api/queries";
import { Copied } from "@/elements/Copied";
import { askFirst } from "@/elements/confirm";
import { tellFailure } from "@/elements/failures";
import { Icon } from "@/elements/Icon";
import { Listed } from "@/elements/Listed";
import classes from "@/elements/Page.module.css";
import { RIGHTS } from "@/elements/rights";
import { useMoment } from "@/i18n/moment";
import { type ApiKey, useKeyList, useRemoveKey } from "./api";
import { Card } from "./Card";
import { KeyForm } from "./KeyForm";

/** Keys for scripts: made, shown once, taken away. */
export function KeysCard() {
  const { t } = useTranslation();
  const [asking, setAsking] = useState(false);
  const [secret, setSecret] = useState<string | null>(null);
  const close = () => {
    setAsking(false);
    setSecret(null);
  };
  const add = (
    <Button leftSection={<Icon name="plus" size={18} />} onClick={() => setAsking(true)}>
      {t("account.addKey")}
    </Button>
  );
  return (
    <Card title={t("account.keys")} text={t("account.keysText")} acts={add}>
      <Listed
        read={useKeyList()}
        empty={{ icon: "chip", title: t("account.noKeys") }}
        row={(key) => <KeyRow key={key.id} one={key} />}
      />
      <Modal
        opened={asking}
        onClose={close}
        size="lg"
        title={t("account.addKey")}
        closeOnClickOutside={secret === null}
        closeButtonProps={{ "aria-label": t("action.close") }}
      >
        {asking && secret === null && <KeyForm onMade={setSecret} onCancel={close} />}
        {secret !== null && <SecretShown secret={secret} onClose={close} />}
      </Modal>
    </Card>
  );
}

function SecretShown({ secret, onClose }: { secret: string; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Stack>
      <Copied label={t("account.keySecret")} text={secret} />
      <Text size="sm" c="dimmed">
        {t("account.shownOnce")}
      </Text>
      <Group justify="flex-end">
        <Button onClick={onClose}>{t("account.kept")}</Button>
      </Group>
    </Stack>
  );
}

function KeyRow({ one }: { one: ApiKey }) {
  const { t } = useTranslation();
  const moment = useMoment();
  const remove = useRemoveKey();
  const over = one.expires_us != null && one.expires_us <= Date.now() * 1000;
  const ask = () =>
    askFirst({
      title: t("account.removeKeyTitle", { name: one.name }),
      text: t("account.removeKeyText"),
      confirm: t("action.delete"),
      onConfirm: () => remove.mutate(one.id, { onError: tellFailure }),
    });
  return (
    <li className={classes.row} data-key={one.name}>
      <div className={classes.cell}>
        <Group gap="xs">
          <Text fw={650}>{one.name}</Text>
          {over && (
            <Badge variant="light" color="red">
              {t("account.keyOver")}
            </Badge>
          )}
        </Group>
        <Text size="xs" c="dimmed">
          {one.expires_us == null
            ? t("account.noEnd")
            : t("account.until", { time: moment.full(one.expires_us) })}
          {" · "}
          {one.used_us == null
            ? t("account.neverUsed")
            : t("account.used", { time: moment.full(one.used_us), address: one.used_from })}
        </Text>
      </div>
      <Reach one={one} />
      <Button size="xs" variant="default" onClick={ask}>
        {t("action.delete")}
      </Button>
    </li>
  );
}

/** What the key may do, and where. */
function Reach({ one }: { one: ApiKey }) {
  const { t } = useTranslation();
  const cameras = useSite().data?.cameras ?? [];
  const rights = RIGHTS.filter((right) => one.rights.includes(right));
  const names = one.cameras?.map((id) => cameras.find((it) => it.id === id)?.name ?? id);
  return (
    <div className={classes.cell}>
      <Text size="sm">{rights.map((right) => t(`right.${right}`)).join(" · ")}</Text>
      {names && (
        <Text size="xs" c="dimmed">
          {names.join(", ")}
        </Text>
      )}
    </div>
  );
}
