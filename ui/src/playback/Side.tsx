import { Skeleton, Text, Title } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Camera } from "@/api/types";
import { useLabelName } from "@/elements/labels";
import { useMoment } from "@/i18n/moment";
import type { TimelineEvent } from "./api";
import { Calendar } from "./calendar/Calendar";
import classes from "./Playback.module.css";
import type { View } from "./timeline/scale";
import type { Rows } from "./timeline/useRows";

interface SideProps {
  cameras: readonly Camera[];
  rows: Rows;
  view: View;
  tUs: number;
  nowUs: number;
  onView: (view: View) => void;
  onSeek: (tUs: number) => void;
}

const MOST = 300;

/** Beside the pictures: the calendar, and the events of what the timeline shows. */
export function Side({ cameras, rows, view, tUs, nowUs, onView, onSeek }: SideProps) {
  const { t } = useTranslation();
  const events = eventsIn(rows, view);
  const pick = (day: View) => {
    onView(day);
    onSeek(day.fromUs);
  };
  return (
    <aside className={classes.side}>
      <Calendar
        cameras={cameras.map((camera) => camera.id)}
        tUs={tUs}
        nowUs={nowUs}
        onDay={pick}
      />
      <div className={classes.sideHead}>
        <Title order={2} size="h6">
          {t("playback.events")}
        </Title>
        <Text size="xs" c="dimmed">
          {rows.reading ? "" : events.length}
        </Text>
      </div>
      {rows.reading && events.length === 0 ? (
        <div aria-busy="true" style={{ padding: "8px 14px" }}>
          <Skeleton h={20} mb={8} />
          <Skeleton h={20} w="70%" />
        </div>
      ) : (
        <Events events={events} cameras={cameras} tUs={tUs} onSeek={onSeek} />
      )}
    </aside>
  );
}

export interface Placed {
  event: TimelineEvent;
  camera: string;
}

/** Events of all rows inside the view, oldest first. */
export function eventsIn({ rows }: Rows, view: View): Placed[] {
  return rows
    .flatMap((row) =>
      (row.data?.events ?? [])
        .filter((event) => event.t_us >= view.fromUs && event.t_us < view.untilUs)
        .map((event) => ({ event, camera: row.camera })),
    )
    .sort((one, other) => one.event.t_us - other.event.t_us);
}

interface EventsProps {
  events: readonly Placed[];
  cameras: readonly Camera[];
  tUs: number;
  onSeek: (tUs: number) => void;
}

function Events({ events, cameras, tUs, onSeek }: EventsProps) {
  const { t } = useTranslation();
  const moment = useMoment();
  const label = useLabelName();
  if (events.length === 0) {
    return (
      <Text size="sm" c="dimmed" px={14} py={8}>
        {t("playback.noEvents")}
      </Text>
    );
  }
  const current = events.findLast(({ event }) => event.t_us <= tUs + 500_000)?.event.id;
  const nameOf = (id: string) => cameras.find((camera) => camera.id === id)?.name ?? id;
  const ruleOf = (placed: Placed) =>
    cameras
      .find((camera) => camera.id === placed.camera)
      ?.rules.find((rule) => rule.id === placed.event.rule)?.name ?? placed.event.rule;
  return (
    <ul className={classes.events}>
      {events.slice(0, MOST).map((placed) => {
        const { event, camera } = placed;
        const words = [
          ruleOf(placed),
          event.label && label(event.label),
          cameras.length > 1 && nameOf(camera),
        ];
        return (
          <li key={event.id}>
            <button
              type="button"
              className={classes.event}
              data-severity={event.severity}
              data-event={event.id}
              aria-current={event.id === current || undefined}
              onClick={() => onSeek(event.t_us)}
            >
              <i title={t(`severity.${event.severity}`)} />
              <time>{moment.clock(event.t_us)}</time>
              <span>{words.filter(Boolean).join(" · ")}</span>
            </button>
          </li>
        );
      })}
    </ul>
  );
}
