import { Button, Code, Group, SimpleGrid, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

/** Codes for the day on which the phone is gone, shown this once. */
export function RecoveryCodes(props: { codes: readonly string[]; onDone: () => void }) {
  const { t } = useTranslation();
  return (
    <Stack>
      <Text size="sm">{t("account.recoveryText")}</Text>
      <SimpleGrid cols={2} spacing="xs" data-recovery>
        {props.codes.map((code) => (
          <Code key={code} fz="md" ta="center">
            {code}
          </Code>
        ))}
      </SimpleGrid>
      <Group justify="flex-end">
        <Button onClick={props.onDone}>{t("account.kept")}</Button>
      </Group>
    </Stack>
  );
}
