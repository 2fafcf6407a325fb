import { Anchor, Badge, Skeleton, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useAlarms } from "@/api/queries";
import type { AlarmState } from "@/api/types";
import { Empty, Failed } from "@/elements/states";
import { AlarmRow } from "./AlarmRow";
import classes from "./Alarms.module.css";
import { useNewAlarms } from "./counts";

const ALL: readonly AlarmState[] = [];
const MOST = 40;
const ROWS = ["a", "b", "c", "d", "e"];

/** The newest alarms beside the wall; grows by itself. */
export function AlarmColumn() {
  const { t } = useTranslation();
  const open = useNewAlarms();
  return (
    <>
      <div className={classes.head}>
        <Text fw={650}>{t("nav.alarms")}</Text>
        {open.count > 0 && (
          <Badge color="red" variant="filled" size="sm">
            {t("alarms.newCount", { count: open.count, shown: open.text })}
          </Badge>
        )}
        <Anchor component={Link} to="/alarms" size="sm" ml="auto">
          {t("alarms.all")}
        </Anchor>
      </div>
      <div className={classes.list} role="log" aria-label={t("nav.alarms")}>
        <Newest />
      </div>
    </>
  );
}

function Newest() {
  const { t } = useTranslation();
  const alarms = useAlarms(ALL);
  if (alarms.error && !alarms.data) {
    return <Failed error={alarms.error} onRetry={() => void alarms.refetch()} />;
  }
  if (!alarms.data) return <RowSkeletons />;
  const items = alarms.data.pages.flatMap((page) => page.items).slice(0, MOST);
  if (items.length === 0) {
    return <Empty icon="bell" title={t("alarms.none")} text={t("alarms.noneText")} />;
  }
  return items.map((alarm) => <AlarmRow key={alarm.id} alarm={alarm} />);
}

export function RowSkeletons() {
  return (
    <Stack gap={14} p={12} aria-busy="true">
      {ROWS.map((row) => (
        <Skeleton key={row} h={62} radius="md" />
      ))}
    </Stack>
  );
}
