import { ActionIcon, Badge, Code, Group, Table, Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { components } from "@/api/schema";
import { Icon } from "@/elements/Icon";
import classes from "@/elements/Page.module.css";
import { useMoment } from "@/i18n/moment";

type Entry = components["schemas"]["AuditEntry"];

const REFUSED = 400;

/** One deed; what changed by it unfolds. */
export function EntryRow({ entry }: { entry: Entry }) {
  const { t } = useTranslation();
  const moment = useMoment();
  const [open, setOpen] = useState(false);
  return (
    <li className={classes.row} data-action={entry.action}>
      <div className={classes.cell}>
        <Group gap="xs">
          <Text fw={650}>{entry.action.replaceAll("_", " ")}</Text>
          {entry.status >= REFUSED && (
            <Badge variant="light" color="red">
              {t("audit.refused", { status: entry.status })}
            </Badge>
          )}
        </Group>
        <Text size="xs" c="dimmed">
          {entry.object}
        </Text>
      </div>
      <div className={classes.cell}>
        <Text size="sm">
          {entry.actor || t("audit.nobody")} · {t(`audit.via.${entry.via}`)}
        </Text>
        <Text size="xs" c="dimmed">
          {[moment.full(entry.t_us), entry.address].filter(Boolean).join(" · ")}
        </Text>
      </div>
      <ActionIcon
        variant="subtle"
        color="gray"
        aria-label={t("audit.detail")}
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        <Icon name="info" />
      </ActionIcon>
      {open && <Detail entry={entry} />}
    </li>
  );
}

function Detail({ entry }: { entry: Entry }) {
  const { t } = useTranslation();
  const changes = entry.changes ?? [];
  return (
    <div className={classes.cell} style={{ gridColumn: "1 / -1", gridRow: "auto" }}>
      {changes.length === 0 ? (
        <Text size="sm">{t("audit.noChanges")}</Text>
      ) : (
        <Table fz="xs" withTableBorder>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t("audit.field")}</Table.Th>
              <Table.Th>{t("audit.before")}</Table.Th>
              <Table.Th>{t("audit.after")}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {changes.map((change) => (
              <Table.Tr key={change.path}>
                <Table.Td>{change.path}</Table.Td>
                <Table.Td>{change.before}</Table.Td>
                <Table.Td>{change.after}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
      <Text size="xs" c="dimmed" mt={4}>
        {entry.seq} · {t("audit.request")} <Code>{entry.request_id}</Code>
      </Text>
    </div>
  );
}
