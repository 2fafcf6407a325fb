import { describe, expect, it } from "vitest";
import {
  fromField,
  marks,
  momentOf,
  toField,
  wallOf,
  weeksOf,
} from "@/playback/calendar/zone";
import {
  centred,
  DAY_US,
  following,
  HOUR_US,
  MINUTE_US,
  nearest,
  neighbourEvent,
  pageOf,
  pan,
  stepFor,
  toTime,
  toX,
  type View,
  zoom,
} from "@/playback/timeline/scale";

const T = Date.UTC(2026, 10, 20, 14) * 1000;
const view: View = { fromUs: T, untilUs: T + HOUR_US };

describe("the timeline's scale", () => {
  it("puts moments on pixels and back", () => {
    expect(toX(view, 600, T + HOUR_US / 2)).toBe(300);
    expect(toTime(view, 600, 150)).toBe(T + HOUR_US / 4);
  });

  it.each([2, 0.5, 1.37])("zooms by %d around what is under the pointer", (factor) => {
    const anchor = T + HOUR_US / 3;
    const zoomed = zoom(view, factor, anchor);
    expect(zoomed.untilUs - zoomed.fromUs).toBeCloseTo(HOUR_US / factor, -1);
    expect(toX(zoomed, 600, anchor)).toBeCloseTo(toX(view, 600, anchor), 3);
  });

  it("zooms from half a minute to a year and no further", () => {
    let near = view;
    let far = view;
    for (let round = 0; round < 60; round += 1) {
      near = zoom(near, 2, T);
      far = zoom(far, 0.5, T);
    }
    expect(near.untilUs - near.fromUs).toBeCloseTo(30e6, -1);
    expect((far.untilUs - far.fromUs) / DAY_US).toBeCloseTo(400);
  });

  it("is dragged", () => {
    expect(pan(view, MINUTE_US)).toEqual({ fromUs: T + MINUTE_US, untilUs: view.untilUs + 6e7 });
    expect(centred(T, HOUR_US)).toEqual({ fromUs: T - HOUR_US / 2, untilUs: T + HOUR_US / 2 });
  });

  it.each<[string, number, boolean]>([
    ["in the middle it stays", T + HOUR_US / 2, true],
    ["just before the end it turns the page", T + HOUR_US * 0.95, false],
    ["before the beginning it turns back", T - 1, false],
    ["far away it goes there", T + 30 * DAY_US, false],
  ])("with the playhead %s", (_, tUs, stays) => {
    const next = following(view, tUs);
    expect(next === view).toBe(stays);
    expect(toX(next, 1, tUs)).toBeGreaterThanOrEqual(0.1);
    expect(toX(next, 1, tUs)).toBeLessThanOrEqual(0.92);
    expect(next.untilUs - next.fromUs).toBeCloseTo(HOUR_US, -1);
  });

  it("asks for pages that hold the view and seldom change", () => {
    const asked = new Set<string>();
    for (let minute = 0; minute < 60; minute += 1) {
      const moved = pan(view, minute * MINUTE_US);
      const page = pageOf(moved);
      expect(page.fromUs).toBeLessThanOrEqual(moved.fromUs);
      expect(page.untilUs).toBeGreaterThanOrEqual(moved.untilUs);
      asked.add(JSON.stringify(page));
    }
    expect(asked.size).toBeLessThanOrEqual(3);
  });

  it.each<[number, string]>([
    [MINUTE_US, "15 second"],
    [HOUR_US, "10 minute"],
    [DAY_US, "3 hour"],
    [30 * DAY_US, "7 day"],
    [360 * DAY_US, "3 month"],
  ])("marks a span of %d µs on 800 pixels every so often", (span, expected) => {
    const { unit, every } = stepFor({ fromUs: T, untilUs: T + span }, 800);
    expect(`${every} ${unit}`).toBe(expected);
  });

  const events = [T + 6e7, T, T + 12e7].map((t_us, index) => ({ t_us, id: String(index) }));

  it("finds the event under the pointer, within reach", () => {
    expect(nearest(events, view, 3600, 63)?.id).toBe("0");
    expect(nearest(events, view, 3600, 90)).toBeNull();
  });

  it.each<[number, 1 | -1, string | undefined]>([
    [T, 1, "0"],
    [T + 6e7, 1, "2"],
    [T + 6e7, -1, "1"],
    [T + 12e7, 1, undefined],
    [T, -1, undefined],
  ])("goes from %d in direction %d to the event %s", (tUs, direction, id) => {
    expect(neighbourEvent(events, tUs, direction)?.id).toBe(id);
  });
});

describe("the site's clock", () => {
  const BERLIN = "Europe/Berlin";

  it.each([
    ["UTC", "2026-11-20 14:03:22"],
    [BERLIN, "2026-07-01 00:00:00"],
    ["Asia/Shanghai", "2026-02-28 23:59:59"],
    ["Asia/Kathmandu", "2026-01-01 05:45:00"],
  ])("in %s writes and reads %s", (zone, text) => {
    expect(toField(fromField(text, zone) ?? 0, zone)).toBe(text);
  });

  it.each(["", "yesterday", "2026-02-31 10:00", "2026-01-01 25:00"])("refuses %j", (text) => {
    expect(fromField(text, "UTC")).toBeNull();
  });

  it("reads a day without a time as its beginning", () => {
    expect(fromField("2026-11-20", "UTC")).toBe(Date.UTC(2026, 10, 20) * 1000);
  });

  it("knows the hour that comes twice and the one that is left out", () => {
    const autumn = momentOf({ year: 2026, month: 10, day: 25, hour: 2, minute: 30 }, BERLIN);
    expect(new Date(autumn / 1000).toISOString()).toBe("2026-10-25T00:30:00.000Z");
    const spring = momentOf({ year: 2026, month: 3, day: 29, hour: 2, minute: 30 }, BERLIN);
    expect(wallOf(spring, BERLIN).hour).toBe(3);
  });

  it("has one mark for the day of 25 hours", () => {
    const from = momentOf({ year: 2026, month: 10, day: 25 }, BERLIN);
    const until = momentOf({ year: 2026, month: 10, day: 26 }, BERLIN) - 1;
    expect(until - from).toBe(25 * HOUR_US - 1);
    const days = marks(from, until, { unit: "day", every: 1 }, BERLIN);
    expect(days).toEqual([from]);
  });

  it("marks every week of a month from its first day, and months by their first", () => {
    const from = Date.UTC(2026, 9, 1) * 1000;
    const until = Date.UTC(2026, 11, 1) * 1000;
    const weeks = marks(from, until, { unit: "day", every: 7 }, "UTC");
    const days = weeks.map((tUs) => new Date(tUs / 1000).getUTCDate());
    expect(days).toEqual([1, 8, 15, 22, 1, 8, 15, 22, 1]);
    const months = marks(from, until, { unit: "month", every: 1 }, "UTC");
    expect(months.map((tUs) => new Date(tUs / 1000).getUTCMonth())).toEqual([9, 10, 11]);
  });

  it("lays out a month in weeks from Monday", () => {
    const weeks = weeksOf(2026, 11);
    expect(weeks[0]).toEqual([0, 0, 0, 0, 0, 0, 1]);
    expect(weeks.at(-1)).toEqual([30, 0, 0, 0, 0, 0, 0]);
    expect(weeks.flat().filter((day) => day > 0)).toHaveLength(30);
  });
});
