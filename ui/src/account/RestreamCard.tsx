import { Button, Group, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Copied } from "@/elements/Copied";
import { tellFailure } from "@/elements/failures";
import { useMoment } from "@/i18n/moment";
import { useDropRestreamKey, useMakeRestreamKey, useRestreamKey } from "./api";
import { Card } from "./Card";

/** The key with which other systems fetch live pictures over RTSP; not there while that is off. */
export function RestreamCard() {
  const { t } = useTranslation();
  const moment = useMoment();
  const state = useRestreamKey().data;
  const make = useMakeRestreamKey();
  const drop = useDropRestreamKey();
  if (!state?.enabled) return null;
  const { key_created_us, port, user } = state;
  return (
    <Card title={t("account.restream")} text={t("account.restreamText")}>
      {make.data && (
        <>
          <Copied
            label={t("account.restreamAddress")}
            text={`rtsp://${user}:${make.data.key}@${window.location.hostname}:${port}/CAMERA`}
          />
          <Text size="sm" c="dimmed">
            {t("account.shownOnce")}
          </Text>
        </>
      )}
      <Group>
        <Text size="sm">
          {key_created_us === null
            ? t("account.noKey")
            : t("account.keySince", { time: moment.full(key_created_us) })}
        </Text>
        <Button
          variant="default"
          loading={make.isPending}
          onClick={() => make.mutate(undefined, { onError: tellFailure })}
        >
          {t(key_created_us === null ? "account.makeRestream" : "account.renewRestream")}
        </Button>
        {key_created_us !== null && (
          <Button
            variant="default"
            loading={drop.isPending}
            onClick={() =>
              drop.mutate(undefined, { onError: tellFailure, onSuccess: () => make.reset() })
            }
          >
            {t("action.delete")}
          </Button>
        )}
      </Group>
    </Card>
  );
}
