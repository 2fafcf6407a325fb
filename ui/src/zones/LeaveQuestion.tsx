import { Button, Group, Modal, Text } from "@mantine/core";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import type { Blocker } from "react-router";

/** Asks before what was drawn is thrown away. */
export function LeaveQuestion({ blocker }: { blocker: Blocker }) {
  const { t } = useTranslation();
  useEffect(() => {
    if (blocker.state === "unblocked") return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, [blocker.state]);
  return (
    <Modal
      closeButtonProps={{ "aria-label": t("action.close") }}
      opened={blocker.state === "blocked"}
      onClose={() => blocker.reset?.()}
      title={t("zones.leaveTitle")}
      centered
    >
      <Text size="sm">{t("zones.leaveText")}</Text>
      <Group justify="flex-end" mt="md">
        <Button variant="default" onClick={() => blocker.reset?.()}>
          {t("zones.stay")}
        </Button>
        <Button color="red" onClick={() => blocker.proceed?.()}>
          {t("zones.leave")}
        </Button>
      </Group>
    </Modal>
  );
}
