// What a page shows instead of its content: nothing there, or something went wrong.
import { Button, Code, Stack, Text, ThemeIcon, Title } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { asFailure } from "@/api/failure";
import { useFailureText } from "./failures";
import { Icon, type IconName } from "./Icon";

export function Empty(props: { icon: IconName; title: string; text?: string; action?: ReactNode }) {
  return (
    <Stack align="center" justify="center" gap="sm" p="xl" ta="center" mih={220} role="status">
      <ThemeIcon size={56} radius="xl" variant="light">
        <Icon name={props.icon} size={28} />
      </ThemeIcon>
      <Title order={3}>{props.title}</Title>
      {props.text && (
        <Text c="dimmed" maw={420}>
          {props.text}
        </Text>
      )}
      {props.action}
    </Stack>
  );
}

export function Failed({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const { t } = useTranslation();
  const text = useFailureText();
  const failure = asFailure(error);
  return (
    <Stack align="center" justify="center" gap="sm" p="xl" ta="center" mih={220} role="alert">
      <ThemeIcon size={56} radius="xl" variant="light" color="red">
        <Icon name="warning" size={28} />
      </ThemeIcon>
      <Title order={3}>{t("state.failed")}</Title>
      <Text c="dimmed" maw={480}>
        {text(failure)}
      </Text>
      {failure.requestId && (
        <Text size="xs" c="dimmed">
          {t("state.request")} <Code>{failure.requestId}</Code>
        </Text>
      )}
      {onRetry && (
        <Button variant="default" leftSection={<Icon name="refresh" size={16} />} onClick={onRetry}>
          {t("action.retry")}
        </Button>
      )}
    </Stack>
  );
}
