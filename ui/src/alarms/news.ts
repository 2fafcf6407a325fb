// What the socket says of alarms, brought into lists that are on the screen.
import type { QueryClient } from "@tanstack/react-query";
import { create } from "zustand";
import { type AlarmPages, keys } from "@/api/queries";
import type { Alarm, AlarmState } from "@/api/types";
import type { AlarmChange } from "@/socket/messages";

interface News {
  /** The newest alarm of each camera, and when this page heard of it (milliseconds). */
  latest: Readonly<Record<string, { alarm: Alarm; heardAt: number }>>;
}

export const useAlarmNews = create<News>(() => ({ latest: {} }));

/** Take one message: lists, the open detail and the camera's tile follow. */
export function takeAlarm(client: QueryClient, change: AlarmChange): void {
  const { alarm } = change;
  client.setQueryData(keys.alarm(alarm.id), alarm);
  for (const [key] of client.getQueriesData<AlarmPages>({ queryKey: ["alarms", "list"] })) {
    const states = key[2] as readonly AlarmState[];
    const camera = key[3] as string | null;
    const fits =
      (states.length === 0 || states.includes(alarm.state)) &&
      (camera === null || camera === alarm.camera);
    client.setQueryData<AlarmPages>(key, (pages) => pages && withAlarm(pages, alarm, fits));
  }
  noteLatest(change);
}

/** The pages with this alarm in its place, or without it when it no longer fits. */
export function withAlarm(pages: AlarmPages, alarm: Alarm, fits: boolean): AlarmPages {
  const known = pages.pages.some((page) => page.items.some((one) => one.id === alarm.id));
  if (known) {
    const items = (all: Alarm[]) =>
      fits
        ? all.map((one) =>
            one.id === alarm.id && one.changed_us <= alarm.changed_us ? alarm : one,
          )
        : all.filter((one) => one.id !== alarm.id);
    return { ...pages, pages: pages.pages.map((page) => ({ ...page, items: items(page.items) })) };
  }
  return fits ? inserted(pages, alarm) : pages;
}

function inserted(pages: AlarmPages, alarm: Alarm): AlarmPages {
  const index = pages.pages.findIndex((page) => {
    const last = page.items.at(-1);
    return last === undefined || page.cursor === null || comesBefore(alarm, last);
  });
  // Older than everything read so far: it comes with its page.
  if (index < 0) return pages;
  const next = pages.pages.map((page, at) =>
    at === index ? { ...page, items: [...page.items, alarm].sort(newestFirst) } : page,
  );
  return { ...pages, pages: next };
}

const comesBefore = (one: Alarm, other: Alarm) => newestFirst(one, other) < 0;
const newestFirst = (one: Alarm, other: Alarm) =>
  other.opened_us - one.opened_us || (other.id > one.id ? 1 : -1);

function noteLatest({ alarm, opened }: AlarmChange): void {
  useAlarmNews.setState(({ latest }) => {
    const known = latest[alarm.camera];
    if (!opened && known?.alarm.id !== alarm.id) return { latest };
    const heardAt = opened ? Date.now() : (known?.heardAt ?? 0);
    return { latest: { ...latest, [alarm.camera]: { alarm, heardAt } } };
  });
}
