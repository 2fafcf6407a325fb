// Which bytes to fetch next, and what to let go: pure decisions over groups of pictures.
import type { FileIndex, Part } from "../api";

/** From one key picture to the next: the least that can be decoded by itself. */
export interface Group {
  /** File and beginning; the same group has the same id when it grows. */
  id: string;
  file: string;
  fromUs: number;
  untilUs: number;
  offset: number;
  size: number;
  /** Its first part: holds the key picture. */
  keySize: number;
  parts: number;
}

export function groupsOf(index: FileIndex): Group[] {
  const groups: Group[] = [];
  for (const part of index.parts) {
    const last = groups.at(-1);
    if (last && part[4] === 0) extend(last, part);
    else groups.push(begin(index.id, part));
  }
  return groups;
}

function begin(file: string, [tUs, durationUs, offset, size]: Part): Group {
  const id = `${file}@${offset}`;
  const untilUs = tUs + durationUs;
  return { id, file, fromUs: tUs, untilUs, offset, size, keySize: size, parts: 1 };
}

function extend(group: Group, [tUs, durationUs, offset, size]: Part): void {
  group.untilUs = tUs + durationUs;
  group.size = offset + size - group.offset;
  group.parts += 1;
}

export interface Window {
  /** What should be there, in order of time. */
  fromUs: number;
  untilUs: number;
}

/** Above this speed only key pictures are fetched and shown. */
export const KEYS_ABOVE = 4;
const AHEAD_S = 12;
const BEHIND_S = 12;
const MOST_AHEAD_S = 60;
/** A little more than wanted is kept, so that a step to and fro fetches nothing anew. */
const SLACK_S = 12;

/** The span that ought to be in the buffer while playing from `tUs` at that rate. */
export function windowAt(tUs: number, rate: number): Window {
  const forwards = Math.min(MOST_AHEAD_S, AHEAD_S * Math.max(1, Math.abs(rate)));
  if (rate < 0) return { fromUs: tUs - forwards * 1e6, untilUs: tUs + 2e6 };
  return { fromUs: tUs, untilUs: tUs + forwards * 1e6 };
}

/** At most so much is asked for at once; the first after a jump is a single group. */
export interface Limits {
  bytes: number;
  groups: number;
}

/**
 * The neighbours to fetch next, oldest first: what the picture at `tUs` needs comes first, then
 * what follows it, then what is before. Empty: everything is there.
 */
export function nextGroups(
  groups: readonly Group[],
  held: ReadonlyMap<string, number>,
  tUs: number,
  window: Window,
  limits: Limits,
): Group[] {
  const missing = (group: Group) => held.get(group.id) !== group.parts;
  const wanted = groups.filter(
    (group) => group.untilUs > window.fromUs && group.fromUs < window.untilUs,
  );
  const forwards = wanted.filter((group) => group.untilUs > tUs && missing(group));
  const backwards = wanted.filter((group) => group.untilUs <= tUs && missing(group)).reverse();
  const first = forwards[0] ?? backwards[0];
  if (!first) return [];
  const run = [first];
  let size = first.size;
  for (const group of forwards.slice(1)) {
    const last = run.at(-1);
    if (!last || run.length >= limits.groups || first === backwards[0]) break;
    const follows = group.file === last.file && group.offset === last.offset + last.size;
    if (!follows || size + group.size > limits.bytes) break;
    run.push(group);
    size += group.size;
  }
  return run;
}

/** Spans of held groups to let go: too far behind, or far beyond what is wanted. */
export function toEvict(held: readonly Group[], tUs: number, rate: number): Group[] {
  const window = windowAt(tUs, rate);
  const fromUs = Math.min(window.fromUs, tUs - BEHIND_S * 1e6) - SLACK_S * 1e6;
  const untilUs = window.untilUs + SLACK_S * 1e6;
  return held.filter((group) => group.untilUs <= fromUs || group.fromUs >= untilUs);
}
