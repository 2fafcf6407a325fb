import { QueryClient } from "@tanstack/react-query";
import { beforeEach, describe, expect, it } from "vitest";
import { takeAlarm, useAlarmNews, withAlarm } from "@/alarms/news";
import { type AlarmPages, keys } from "@/api/queries";
import type { Alarm } from "@/api/types";

const alarm = (id: string, opened_us: number, rest: Partial<Alarm> = {}): Alarm => ({
  kind: "alarm",
  id,
  camera: "gate",
  rule: "fence",
  severity: "warning",
  state: "new",
  opened_us,
  changed_us: opened_us,
  last_event_us: opened_us,
  event_ids: [id],
  label: "person",
  note: "",
  ...rest,
});

const pages = (...lists: Alarm[][]): AlarmPages => ({
  pages: lists.map((items, index) => ({
    items,
    cursor: index < lists.length - 1 ? `${index}` : "more",
  })),
  pageParams: lists.map(() => null),
});

const ids = (list: AlarmPages | undefined) =>
  list?.pages.map((page) => page.items.map((one) => one.id));

describe("a list of alarms", () => {
  const list = pages([alarm("e", 50), alarm("c", 30)], [alarm("b", 20), alarm("a", 10)]);

  it.each([
    [
      "grows at its head",
      alarm("f", 60),
      true,
      [
        ["f", "e", "c"],
        ["b", "a"],
      ],
    ],
    [
      "takes a late one in its place",
      alarm("d", 40),
      true,
      [
        ["e", "d", "c"],
        ["b", "a"],
      ],
    ],
    [
      "takes a late one into its page",
      alarm("bb", 25),
      true,
      [
        ["e", "c"],
        ["bb", "b", "a"],
      ],
    ],
    [
      "leaves out what is older than was read",
      alarm("old", 1),
      true,
      [
        ["e", "c"],
        ["b", "a"],
      ],
    ],
    [
      "leaves out what it is not about",
      alarm("f", 60),
      false,
      [
        ["e", "c"],
        ["b", "a"],
      ],
    ],
    ["loses what no longer fits", alarm("c", 30), false, [["e"], ["b", "a"]]],
  ])("%s", (_, news, fits, expected) => {
    expect(ids(withAlarm(list, news, fits))).toEqual(expected);
  });

  it("changes in place, and never back to an older state", () => {
    const newer = withAlarm(list, alarm("c", 30, { state: "acknowledged", changed_us: 90 }), true);
    const stale = withAlarm(newer, alarm("c", 30, { changed_us: 40 }), true);
    expect(stale.pages[0]?.items[1]?.state).toBe("acknowledged");
  });

  it("takes the last alarm there is on a last page", () => {
    const last: AlarmPages = { pages: [{ items: [], cursor: null }], pageParams: [null] };
    expect(ids(withAlarm(last, alarm("a", 1), true))).toEqual([["a"]]);
  });
});

describe("news of an alarm", () => {
  beforeEach(() => useAlarmNews.setState({ latest: {} }));

  it("reaches every list that is about it", () => {
    const client = new QueryClient();
    const empty = (): AlarmPages => ({ pages: [{ items: [], cursor: null }], pageParams: [null] });
    const open = keys.alarmList(["new"], null);
    const closed = keys.alarmList(["closed"], null);
    const other = keys.alarmList([], "yard");
    for (const key of [open, closed, other]) client.setQueryData(key, empty());
    takeAlarm(client, { kind: "alarm_change", alarm: alarm("a", 1), opened: true });
    expect(ids(client.getQueryData(open))).toEqual([["a"]]);
    expect(ids(client.getQueryData(other))).toEqual([[]]);
    const done = alarm("a", 1, { state: "closed", changed_us: 2 });
    takeAlarm(client, { kind: "alarm_change", alarm: done, opened: false });
    expect(ids(client.getQueryData(open))).toEqual([[]]);
    expect(ids(client.getQueryData(closed))).toEqual([["a"]]);
    expect(client.getQueryData(keys.alarm("a"))).toEqual(done);
  });

  it("marks the camera's tile until somebody answers", () => {
    const client = new QueryClient();
    takeAlarm(client, { kind: "alarm_change", alarm: alarm("a", 1), opened: true });
    takeAlarm(client, {
      kind: "alarm_change",
      alarm: alarm("z", 0, { state: "closed" }),
      opened: false,
    });
    expect(useAlarmNews.getState().latest.gate?.alarm.id).toBe("a");
    const answered = alarm("a", 1, { state: "acknowledged" });
    takeAlarm(client, { kind: "alarm_change", alarm: answered, opened: false });
    expect(useAlarmNews.getState().latest.gate?.alarm.state).toBe("acknowledged");
  });
});
