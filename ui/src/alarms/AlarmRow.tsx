import { Badge } from "@mantine/core";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Alarm } from "@/api/types";
import { Icon } from "@/elements/Icon";
import { useLabelName } from "@/elements/labels";
import { useMoment } from "@/i18n/moment";
import { serverNowUs } from "@/socket/health";
import classes from "./Alarms.module.css";
import { useAlarmNames } from "./names";
import { Thumbnail } from "./Thumbnail";

const FRESH_US = 4_000_000;

/** One alarm of a list: its picture, what, where, when, and how it stands. */
export function AlarmRow(props: { alarm: Alarm; current?: boolean; search?: string }) {
  const { alarm, current = false, search = "" } = props;
  const label = useLabelName();
  const names = useAlarmNames(alarm);
  const row = useRef<HTMLAnchorElement>(null);
  const fresh = useRef(serverNowUs() - alarm.opened_us < FRESH_US);
  useEffect(() => {
    if (current) row.current?.scrollIntoView({ block: "nearest" });
  }, [current]);
  return (
    <Link
      ref={row}
      to={`/alarms/${encodeURIComponent(alarm.id)}${search}`}
      className={`${classes.row} ${fresh.current ? classes.fresh : ""}`}
      data-alarm={alarm.id}
      data-state={alarm.state}
      data-severity={alarm.severity}
      aria-current={current}
    >
      <Thumbnail alarm={alarm} />
      <span className={classes.words}>
        <span className={classes.title}>{names.rule}</span>
        <span className={classes.sub}>
          {[names.camera, alarm.label && label(alarm.label)].filter(Boolean).join(" · ")}
        </span>
        <span className={classes.meta}>
          <When tUs={alarm.opened_us} />
          {alarm.event_ids.length > 1 && <span>×{alarm.event_ids.length}</span>}
          <StateMark alarm={alarm} />
        </span>
      </span>
    </Link>
  );
}

function When({ tUs }: { tUs: number }) {
  const moment = useMoment();
  const today = moment.sameDay(tUs, serverNowUs());
  return <time>{today ? moment.clock(tUs) : `${moment.day(tUs)} ${moment.clock(tUs)}`}</time>;
}

/** How an alarm stands: not by colour alone. */
export function StateMark({ alarm }: { alarm: Alarm }) {
  const { t } = useTranslation();
  if (alarm.state === "new") {
    const grave = alarm.severity === "critical";
    return (
      <Badge
        size="sm"
        variant="light"
        color={grave ? "red" : "orange"}
        leftSection={<Icon name="warning" size={11} />}
      >
        {t(`severity.${alarm.severity}`)}
      </Badge>
    );
  }
  if (alarm.state === "closed") {
    return (
      <Badge size="sm" variant="light" color="gray">
        {t(`verdict.${alarm.verdict ?? "none"}`)}
      </Badge>
    );
  }
  return (
    <Badge size="sm" variant="light" color="azure" leftSection={<Icon name="check" size={11} />}>
      {alarm.owner ?? t(`alarms.state.${alarm.state}`)}
    </Badge>
  );
}
