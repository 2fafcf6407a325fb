// Days and hours of the site's time zone, whatever zone this device is in.

export interface Wall {
  year: number;
  /** 1–12. */
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known) return known;
  const made = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  formats.set(zone, made);
  return made;
}

/** What a clock on the wall of that zone shows at a moment. */
export function wallOf(tUs: number, zone: string): Wall {
  const told = { year: 0, month: 1, day: 1, hour: 0, minute: 0, second: 0 };
  for (const { type, value } of formatOf(zone).formatToParts(new Date(tUs / 1000))) {
    if (type in told) told[type as keyof Wall] = Number(value);
  }
  return told;
}

/** When a clock of that zone shows it; of an hour that comes twice the first, of none the next. */
export function momentOf(wall: Partial<Wall> & { year: number }, zone: string): number {
  const { year, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = wall;
  const asUtcMs = Date.UTC(year, month - 1, day, hour, minute, second);
  const before = asUtcMs - offsetMs(asUtcMs - 86_400_000, zone);
  const after = asUtcMs - offsetMs(asUtcMs + 86_400_000, zone);
  const fits = [before, after].filter((ms) => ms + offsetMs(ms, zone) === asUtcMs);
  return (fits.length > 0 ? Math.min(...fits) : Math.max(before, after)) * 1000;
}

function offsetMs(ms: number, zone: string): number {
  const { year, month, day, hour, minute, second } = wallOf(ms * 1000, zone);
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(ms / 1000) * 1000;
}

export type Unit = "second" | "minute" | "hour" | "day" | "month" | "year";

/** Moments on whole steps of that zone's clock that lie in a span; at most a few hundred. */
export function marks(
  fromUs: number,
  untilUs: number,
  { unit, every }: { unit: Unit; every: number },
  zone: string,
): number[] {
  const found: number[] = [];
  let wall = floorTo(wallOf(fromUs, zone), unit, every);
  for (let count = 0; count < 400; count += 1) {
    const tUs = momentOf(wall, zone);
    if (tUs > untilUs) break;
    if (tUs >= fromUs && tUs !== found.at(-1)) found.push(tUs);
    wall = { ...wall, [unit]: wall[unit] + every };
    // Days begin anew each month, so that the 1st always has its mark.
    if (unit === "day" && every > 1 && wall.day > daysIn(wall.year, wall.month) - every / 2) {
      wall = { ...wall, month: wall.month + 1, day: 1 };
    }
    wall = normal(wall);
  }
  return found;
}

const UNITS = ["year", "month", "day", "hour", "minute", "second"] as const;

function floorTo(wall: Wall, unit: Unit, every: number): Wall {
  const first = { year: 0, month: 1, day: 1, hour: 0, minute: 0, second: 0 };
  const floored = { ...wall };
  const at = UNITS.indexOf(unit);
  for (const finer of UNITS.slice(at + 1)) floored[finer] = first[finer];
  const base = first[unit];
  floored[unit] = Math.floor((wall[unit] - base) / every) * every + base;
  return floored;
}

function normal(wall: Wall): Wall {
  const date = new Date(
    Date.UTC(wall.year, wall.month - 1, wall.day, wall.hour, wall.minute, wall.second),
  );
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
  };
}

export function daysIn(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

const pad = (value: number, length = 2) => String(value).padStart(length, "0");

/** 2026-11-20, as the server names days. */
export function dayName({ year, month, day }: Pick<Wall, "year" | "month" | "day">): string {
  return `${pad(year, 4)}-${pad(month)}-${pad(day)}`;
}

/** For a field of date and time: 2026-11-20 14:03:22, and back; null when it is none. */
export function toField(tUs: number, zone: string): string {
  const wall = wallOf(tUs, zone);
  return `${dayName(wall)} ${pad(wall.hour)}:${pad(wall.minute)}:${pad(wall.second)}`;
}

const FIELD = /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T]+(\d{1,2}):(\d\d)(?::(\d\d))?)?$/;

export function fromField(text: string, zone: string): number | null {
  const parts = FIELD.exec(text.trim());
  if (!parts) return null;
  const [, year, month, day, hour, minute, second] = parts.map((part) => Number(part ?? 0));
  const wall = { year, month, day, hour, minute, second } as Wall;
  // The 31st of February is no day.
  return dayName(normal(wall)) === dayName(wall) && wall.hour < 24 ? momentOf(wall, zone) : null;
}

/** The weeks of a month, Monday first; 0 for places outside it. */
export function weeksOf(year: number, month: number): number[][] {
  const lead = (new Date(Date.UTC(year, month - 1, 1)).getUTCDay() + 6) % 7;
  const days = [...Array<number>(lead).fill(0), ...range(1, daysIn(year, month))];
  while (days.length % 7) days.push(0);
  return range(0, days.length / 7 - 1).map((week) => days.slice(week * 7, week * 7 + 7));
}

const range = (from: number, until: number) =>
  Array.from({ length: until - from + 1 }, (_, index) => from + index);
