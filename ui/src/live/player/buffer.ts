// Staying close to the live edge without stalling: pure decisions, taken ten times a second.

export interface Span {
  start: number;
  end: number;
}

export interface Playhead {
  /** Media seconds that are in the buffer, in order. */
  buffered: readonly Span[];
  currentTime: number;
  /** How far behind the newest picture to play, in seconds. */
  target: number;
}

export interface Steering {
  /** Media time to jump to; null: stay. */
  seek: number | null;
  rate: number;
}

export const TARGET_S = 0.1;
/** Further behind than this beyond the target it jumps: catching up would take too long. */
const JUMP_S = 0.3;
const DEADBAND_S = 0.04;
const FASTER = 1.08;
const SLOWER = 0.95;
/** What lies so far behind is dropped from the buffer. */
const KEEP_S = 10;
const TRIM_S = 20;
/** Two spans closer than this are played as one. */
const SEAM_S = 0.02;

/** Where to jump, or how fast to play. */
export function steer({ buffered, currentTime, target }: Playhead): Steering {
  const last = buffered.at(-1);
  if (!last) return { seek: null, rate: 1 };
  const behind = last.end - currentTime;
  // Also a playhead that stands before, in a hole, or beyond the end gets there.
  if (behind > target + JUMP_S || behind < -SEAM_S || inHole(buffered, currentTime)) {
    return { seek: Math.max(last.start, last.end - target), rate: 1 };
  }
  if (behind > target + DEADBAND_S) return { seek: null, rate: FASTER };
  if (behind < target - DEADBAND_S) return { seek: null, rate: SLOWER };
  return { seek: null, rate: 1 };
}

/** Whether the playhead stands where nothing will ever come, with something behind it. */
function inHole(buffered: readonly Span[], at: number): boolean {
  const inside = buffered.some((span) => at >= span.start - SEAM_S && at < span.end - SEAM_S);
  const later = buffered.some((span) => span.start > at);
  return !inside && later;
}

/** What to drop from the buffer, null when it is short enough. */
export function trim(buffered: readonly Span[], currentTime: number): Span | null {
  const first = buffered[0];
  if (!first || currentTime - first.start < TRIM_S) return null;
  return { start: first.start, end: currentTime - KEEP_S };
}

/** The browser's TimeRanges as values. */
export function spansOf(ranges: TimeRanges): Span[] {
  return Array.from({ length: ranges.length }, (_, index) => ({
    start: ranges.start(index),
    end: ranges.end(index),
  }));
}
