import { Text } from "@mantine/core";
import { modals } from "@mantine/modals";
import i18next from "i18next";

interface Question {
  title: string;
  text: string;
  confirm: string;
  onConfirm: () => void;
}

/** Asks before something that cannot be undone. */
export function askFirst({ title, text, confirm, onConfirm }: Question): void {
  modals.openConfirmModal({
    title,
    centered: true,
    closeButtonProps: { "aria-label": i18next.t("action.close") },
    children: <Text size="sm">{text}</Text>,
    labels: { confirm, cancel: i18next.t("action.cancel") },
    confirmProps: { color: "red" },
    onConfirm,
  });
}
