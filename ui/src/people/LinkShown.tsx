import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Copied } from "@/elements/Copied";
import { useMoment } from "@/i18n/moment";
import type { Invitation } from "./api";
import { linkAddress } from "./limits";

export interface MadeLink {
  invitation: Invitation;
  token: string;
}

/** A link, this once. */
export function LinkShown({ link, onClose }: { link: MadeLink | null; onClose: () => void }) {
  const { t } = useTranslation();
  const moment = useMoment();
  return (
    <Modal
      opened={link !== null}
      onClose={onClose}
      title={t("people.link")}
      size="lg"
      closeOnClickOutside={false}
      closeButtonProps={{ "aria-label": t("action.close") }}
    >
      {link && (
        <Stack>
          <Copied label={t("people.linkLabel")} text={linkAddress(link.token)} />
          <Text size="sm" c="dimmed">
            {t("people.linkText", { time: moment.full(link.invitation.expires_us) })}
          </Text>
          <Group justify="flex-end">
            <Button onClick={onClose}>{t("action.close")}</Button>
          </Group>
        </Stack>
      )}
    </Modal>
  );
}
