// What there is to draw at one moment of the picture, worked out from the observations around it.
import type { Point, Region } from "@/api/types";
import type { Observation, Track } from "@/socket/messages";
import type { Heard } from "./observations";

export interface Figure {
  track: Track;
  box: Region;
}

export interface Scene {
  figures: Figure[];
  motion: readonly Region[];
  /** 1 fresh, 0 too old to be shown. */
  strength: number;
}

/** Moved on by velocity at most so far: beyond it the guess is worse than the last sighting. */
const AHEAD_US = 600_000;
/** Without news for so long the boxes fade … */
const FADE_AFTER_MS = 400;
/** … and are gone so much later. */
const FADE_MS = 500;
/** Analysis may be so late against the picture before its boxes count as old. */
const LATE_MS = 1500;
/** A picture so much older than the first observation has nothing to do with it. */
const BEFORE_US = 500_000;
const EMPTY: Scene = { figures: [], motion: [], strength: 0 };

/**
 * The scene at `tUs` of the picture. Between two observations boxes are interpolated; after the
 * last they move on with their velocity.
 */
export function sceneAt(heard: readonly Heard[], tUs: number, nowMs: number): Scene {
  const newest = heard.at(-1);
  if (!newest) return EMPTY;
  const lateMs = (tUs - newest.observation.t_us) / 1000 - LATE_MS;
  const strength = strengthOf(Math.max(nowMs - newest.at, lateMs), spacingMs(heard));
  if (strength <= 0) return EMPTY;
  const index = heard.findLastIndex(({ observation }) => observation.t_us <= tUs);
  const before = heard[Math.max(index, 0)]?.observation;
  if (!before || before.t_us - tUs > BEFORE_US) return EMPTY;
  const after = index < 0 ? undefined : heard[index + 1]?.observation;
  const figures = after
    ? between(before, after, tUs)
    : beyond(before, index < 0 ? 0 : tUs - before.t_us);
  return { figures, motion: before.motion.boxes, strength };
}

/** Usual time between observations, from the last few; a quiet camera is looked at rarely. */
export function spacingMs(heard: readonly Heard[]): number {
  const last = heard.slice(-6);
  const first = last[0];
  const newest = last.at(-1);
  if (!first || !newest || last.length < 2) return 0;
  return (newest.at - first.at) / (last.length - 1);
}

export function strengthOf(ageMs: number, usualMs: number): number {
  const overdue = ageMs - Math.max(FADE_AFTER_MS, 2 * usualMs);
  return Math.min(1, Math.max(0, 1 - overdue / FADE_MS));
}

function between(before: Observation, after: Observation, tUs: number): Figure[] {
  const part = (tUs - before.t_us) / (after.t_us - before.t_us);
  const later = new Map(after.tracks.map((track) => [track.id, track]));
  return before.tracks.filter(isSeen).flatMap((track) => {
    const next = later.get(track.id);
    if (!next) return part < 0.5 ? [{ track, box: track.box }] : [];
    return [{ track: next, box: mix(track.box, next.box, part) }];
  });
}

function beyond(last: Observation, aheadUs: number): Figure[] {
  const seconds = Math.min(Math.max(aheadUs, 0), AHEAD_US) / 1e6;
  return last.tracks.filter(isSeen).map((track) => ({ track, box: moved(track, seconds) }));
}

const isSeen = (track: Track) => track.state !== "tentative";

function mix(from: Region, to: Region, part: number): Region {
  const at = (i: 0 | 1 | 2 | 3) => from[i] + (to[i] - from[i]) * part;
  return [at(0), at(1), at(2), at(3)];
}

function moved({ box, velocity: [vx, vy] }: Track, seconds: number): Region {
  const dx = vx * seconds;
  const dy = vy * seconds;
  return [box[0] + dx, box[1] + dy, box[2] + dx, box[3] + dy];
}

/** Where the feet of each track were, oldest first, up to `tUs`. */
export function trailsAt(
  heard: readonly Heard[],
  tUs: number,
  lengthUs: number,
): Map<string, Point[]> {
  const trails = new Map<string, Point[]>();
  for (const { observation } of heard) {
    if (observation.t_us > tUs || observation.t_us < tUs - lengthUs) continue;
    for (const track of observation.tracks) {
      if (!isSeen(track)) continue;
      const trail = trails.get(track.id) ?? [];
      trail.push([(track.box[0] + track.box[2]) / 2, track.box[3]]);
      trails.set(track.id, trail);
    }
  }
  return trails;
}
