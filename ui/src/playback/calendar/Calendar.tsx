import { ActionIcon, Group, Text } from "@mantine/core";
import { useQueries } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Icon } from "@/elements/Icon";
import { useMoment } from "@/i18n/moment";
import { type Day, readDays } from "../api";
import classes from "../Playback.module.css";
import { dayName, momentOf, wallOf, weeksOf } from "./zone";

interface CalendarProps {
  cameras: readonly string[];
  tUs: number;
  nowUs: number;
  onDay: (day: { fromUs: number; untilUs: number }) => void;
}

/** A month with what each day holds: recordings, movement, events. */
export function Calendar({ cameras, tUs, nowUs, onDay }: CalendarProps) {
  const { t, i18n } = useTranslation();
  const { zone } = useMoment();
  const here = wallOf(tUs, zone);
  // Months turned from the one the playhead is in.
  const [turned, setTurned] = useState(0);
  const first = wallOf(momentOf(monthOf(here.year, here.month + turned), zone), zone);
  const days = useDays(cameras, first, zone);
  const title = new Intl.DateTimeFormat(i18n.language, {
    month: "long",
    year: "numeric",
    timeZone: "UTC",
  }).format(Date.UTC(first.year, first.month - 1, 1));
  const pick = (day: number) => {
    const fromUs = momentOf({ ...first, day }, zone);
    setTurned(0);
    onDay({ fromUs, untilUs: momentOf({ ...first, day: day + 1 }, zone) });
  };
  return (
    <div className={classes.calendar}>
      <Group justify="space-between" wrap="nowrap" mb={4}>
        <Turn word={t("playback.monthBefore")} icon="back" act={() => setTurned(turned - 1)} />
        <Text fw={650} size="sm">
          {title}
        </Text>
        <Turn word={t("playback.monthNext")} icon="next" act={() => setTurned(turned + 1)} />
      </Group>
      <table className={classes.days}>
        <thead>
          <tr>
            {weekdays(i18n.language).map((name, index) => (
              <th key={index} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {weeksOf(first.year, first.month).map((week, row) => (
            <tr key={row}>
              {week.map((day, column) => (
                <td key={column}>
                  {day > 0 && (
                    <DayButton
                      day={day}
                      holds={days.get(dayName({ ...first, day }))}
                      current={turned === 0 && day === here.day}
                      future={momentOf({ ...first, day }, zone) > nowUs}
                      onPick={() => pick(day)}
                    />
                  )}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Turn({ word, icon, act }: { word: string; icon: "back" | "next"; act: () => void }) {
  return (
    <ActionIcon variant="subtle" color="gray" aria-label={word} onClick={act}>
      <Icon name={icon} size={18} />
    </ActionIcon>
  );
}

interface DayButtonProps {
  day: number;
  holds: Day | undefined;
  current: boolean;
  future: boolean;
  onPick: () => void;
}

function DayButton({ day, holds, current, future, onPick }: DayButtonProps) {
  const { t } = useTranslation();
  const parts = [
    holds && holds.footage_s > 0 ? "footage" : null,
    holds && holds.motion > 0 ? "motion" : null,
    holds && holds.events > 0 ? "events" : null,
  ].filter((part) => part !== null) as ("footage" | "motion" | "events")[];
  const words = parts.map((part) =>
    t(`playback.dayHolds.${part}`, {
      hours: ((holds?.footage_s ?? 0) / 3600).toFixed(1),
      count: holds?.events ?? 0,
    }),
  );
  return (
    <button
      type="button"
      className={classes.day}
      disabled={future}
      data-footage={parts.includes("footage") || undefined}
      aria-current={current ? "date" : undefined}
      title={words.join(" · ")}
      onClick={onPick}
    >
      {day}
      <span className={classes.dots}>
        {parts.map((part) => (
          <i key={part} data-dot={part} />
        ))}
      </span>
    </button>
  );
}

/** What the days of a month hold, of all these cameras together. */
function useDays(
  cameras: readonly string[],
  { year, month }: { year: number; month: number },
  zone: string,
): Map<string, Day> {
  const span = {
    afterUs: momentOf({ year, month }, zone),
    beforeUs: momentOf(monthOf(year, month + 1), zone),
  };
  const queries = useQueries({
    queries: cameras.map((camera) => ({
      queryKey: ["days", camera, span.afterUs],
      queryFn: () => readDays(camera, span),
      staleTime: 60_000,
    })),
  });
  const days = new Map<string, Day>();
  for (const day of queries.flatMap((query) => query.data?.days ?? [])) {
    const known = days.get(day.day);
    days.set(day.day, known ? together(known, day) : day);
  }
  return days;
}

function together(one: Day, other: Day): Day {
  return {
    day: one.day,
    footage_s: Math.max(one.footage_s, other.footage_s),
    motion: Math.max(one.motion, other.motion),
    events: one.events + other.events,
  };
}

/** A month by a number that may run out of the year. */
function monthOf(year: number, month: number): { year: number; month: number } {
  return { year: year + Math.floor((month - 1) / 12), month: ((((month - 1) % 12) + 12) % 12) + 1 };
}

function weekdays(language: string): string[] {
  const format = new Intl.DateTimeFormat(language, { weekday: "narrow", timeZone: "UTC" });
  // The 5th of January 2026 was a Monday.
  return [5, 6, 7, 8, 9, 10, 11].map((day) => format.format(Date.UTC(2026, 0, day)));
}
