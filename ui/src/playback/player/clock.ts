// One clock for all pictures: where it goes from one moment to the next, and how a picture follows.

/** What one camera has at the clock's moment. */
export type Readiness =
  | { kind: "ready" }
  | { kind: "loading" }
  /** Nothing is recorded there; `untilUs` null: nor later. */
  | { kind: "gap"; untilUs: number | null }
  /** It cannot be shown at all: the others do not wait for it. */
  | { kind: "unable" };

export interface Step {
  tUs: number;
  /** Somebody has not got their picture yet. */
  waiting: boolean;
  /** There was nothing to show, so it went on where there is. */
  jumped: boolean;
  /** Nothing comes any more in this direction. */
  ended: boolean;
}

/**
 * Where the clock is after `dtUs`. It waits for everybody who has footage, and jumps over what
 * nobody has; backwards it cannot see over a gap, and says that it ended.
 */
export function advance(
  tUs: number,
  dtUs: number,
  rate: number,
  cameras: readonly Readiness[],
): Step {
  const still = { tUs, waiting: false, jumped: false, ended: false };
  if (cameras.some((one) => one.kind === "loading")) return { ...still, waiting: true };
  if (cameras.some((one) => one.kind === "ready")) return { ...still, tUs: tUs + dtUs * rate };
  const next = nextFootage(cameras);
  if (rate > 0 && next !== null) return { ...still, tUs: next, jumped: true };
  return { ...still, ended: true };
}

/** The nearest footage of any camera after a moment at which nobody has some. */
export function nextFootage(cameras: readonly Readiness[]): number | null {
  const nexts = cameras.flatMap((one) => (one.kind === "gap" && one.untilUs ? [one.untilUs] : []));
  return nexts.length > 0 ? Math.min(...nexts) : null;
}

export interface Following {
  /** Go there at once: too far off to catch up. */
  seek: boolean;
  rate: number;
}

const FAR_S = 0.5;
const DEADBAND_S = 0.035;
const PULL = 0.1;
const SLOWEST = 0.0625;
const FASTEST = 16;

/** How a picture that is so far ahead of the clock (µs, negative: behind) comes back to it. */
export function follow(aheadUs: number, rate: number): Following {
  const seconds = aheadUs / 1e6 / Math.max(1, rate);
  if (Math.abs(seconds) > FAR_S) return { seek: true, rate };
  if (Math.abs(seconds) <= DEADBAND_S) return { seek: false, rate };
  const pulled = rate * (seconds > 0 ? 1 - PULL : 1 + PULL);
  return { seek: false, rate: Math.min(FASTEST, Math.max(SLOWEST, pulled)) };
}

export const SPEEDS = [0.25, 0.5, 1, 2, 4, 8, 16] as const;

/** J and L, pressed again and again: the next speed in that direction. */
export function nextShuttle(rate: number, playing: boolean, direction: 1 | -1): number {
  const goesThere = playing && Math.sign(rate) === direction;
  if (!goesThere) return direction;
  const faster = SPEEDS.find((speed) => speed > Math.abs(rate)) ?? 16;
  return direction * faster;
}
