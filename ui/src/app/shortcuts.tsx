import { Group, Kbd, Modal, SimpleGrid, Stack, Text, Title } from "@mantine/core";
import { useTranslation } from "react-i18next";

const SECTIONS = [
  {
    title: "keys.everywhere",
    rows: [
      ["?", "keys.help"],
      ["g l", "keys.goLive"],
      ["g a", "keys.goAlarms"],
      ["g p", "keys.goPlayback"],
      ["g e", "keys.goExports"],
      ["g c", "keys.goCameras"],
      ["g u", "keys.goPeople"],
      ["g d", "keys.goAudit"],
    ],
  },
  {
    title: "nav.live",
    rows: [
      ["1–9", "keys.tile"],
      ["Esc", "keys.back"],
      ["f", "keys.full"],
      ["b", "keys.boxes"],
      ["t", "keys.trails"],
      ["z", "keys.zones"],
      ["m", "keys.motion"],
      ["[ ]", "keys.page"],
    ],
  },
  {
    title: "nav.alarms",
    rows: [
      ["j k", "keys.move"],
      ["Enter", "keys.open"],
      ["a", "keys.acknowledge"],
      ["x", "keys.falseAlarm"],
      ["Esc", "keys.back"],
    ],
  },
  {
    title: "zones.title",
    rows: [
      ["Enter", "keys.finish"],
      ["Delete", "keys.remove"],
      ["Ctrl Z", "keys.undo"],
      ["Ctrl Y", "keys.redo"],
      ["Esc", "keys.cancel"],
    ],
  },
] as const;

export function Shortcuts({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Modal
      closeButtonProps={{ "aria-label": t("action.close") }}
      opened={opened}
      onClose={onClose}
      title={t("keys.title")}
      size="lg"
      centered
    >
      <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="xl">
        {SECTIONS.map((section) => (
          <Stack key={section.title} gap={6}>
            <Title order={5}>{t(section.title)}</Title>
            {section.rows.map(([keys, words]) => (
              <Group key={keys} justify="space-between" wrap="nowrap">
                <Text size="sm">{t(words)}</Text>
                <Group gap={4} wrap="nowrap">
                  {keys.split(" ").map((key) => (
                    <Kbd key={key}>{key}</Kbd>
                  ))}
                </Group>
              </Group>
            ))}
          </Stack>
        ))}
      </SimpleGrid>
    </Modal>
  );
}
