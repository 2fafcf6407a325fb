// Boxes over recordings: read by the minute, looked up by the picture's time.
import type { Region } from "@/api/types";
import { colourOf } from "@/live/overlay/colours";
import { boxToPixels, type Rect } from "@/live/overlay/mapping";
import { type Pen, stroke, tag } from "@/live/overlay/pen";
import { type BoxTrack, readBoxes } from "./api";

export const PAGE_US = 60_000_000;
/** Between sightings further apart nobody knows where it was. */
const HOLE_US = 1_500_000;
/** A box lives so long before its first and after its last sighting. */
const EDGE_US = 120_000;
const MOST_PAGES = 12;
const RETRY_MS = 3_000;

export interface Seen {
  track: BoxTrack;
  box: Region;
}

/** Where each track is at a moment, between two sightings in a straight line. */
export function boxesAt(tracks: readonly BoxTrack[], tUs: number): Seen[] {
  return tracks.flatMap((track) => {
    const box = boxAt(track, tUs);
    return box ? [{ track, box }] : [];
  });
}

function boxAt({ t_us, box }: BoxTrack, tUs: number): Region | null {
  const after = firstAfter(t_us, tUs);
  const [before, next] = [box[after - 1], box[after]];
  const [beforeUs, nextUs] = [t_us[after - 1], t_us[after]];
  if (before && next && beforeUs !== undefined && nextUs !== undefined) {
    if (nextUs - beforeUs <= HOLE_US) return mix(before, next, (tUs - beforeUs) / (nextUs - beforeUs));
  }
  if (before && beforeUs !== undefined && tUs - beforeUs <= EDGE_US) return before;
  if (next && nextUs !== undefined && nextUs - tUs <= EDGE_US) return next;
  return null;
}

function firstAfter(times: readonly number[], tUs: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] ?? 0) <= tUs) low = middle + 1;
    else high = middle;
  }
  return low;
}

function mix(from: Region, to: Region, part: number): Region {
  const at = (i: 0 | 1 | 2 | 3) => from[i] + (to[i] - from[i]) * part;
  return [at(0), at(1), at(2), at(3)];
}

type Read = (camera: string, span: { afterUs: number; beforeUs: number }) => Promise<{
  tracks: BoxTrack[];
}>;

interface Page {
  tracks: BoxTrack[] | null;
  at: number;
}

/** The tracks of one camera around a moment. */
export class BoxPages {
  private readonly pages = new Map<number, Page>();
  private readonly camera: string;
  private readonly read: Read;

  constructor(camera: string, read: Read = readBoxes) {
    this.camera = camera;
    this.read = read;
  }

  /** What is known for that moment; asks for what is not, and for what comes next. */
  at(tUs: number): BoxTrack[] {
    const number = Math.floor(tUs / PAGE_US);
    this.fetch(number);
    this.fetch(number + 1);
    return this.pages.get(number)?.tracks ?? [];
  }

  private fetch(number: number): void {
    const known = this.pages.get(number);
    const now = performance.now();
    if (known && (now - known.at < RETRY_MS || (known.tracks && !isPresent(number)))) return;
    const page: Page = { tracks: known?.tracks ?? null, at: now };
    this.pages.set(number, page);
    if (this.pages.size > MOST_PAGES) this.pages.delete([...this.pages.keys()][0] ?? number);
    // A track is followed over the border of a page.
    const span = { afterUs: number * PAGE_US - 2e6, beforeUs: (number + 1) * PAGE_US + 2e6 };
    this.read(this.camera, span).then(
      ({ tracks }) => {
        page.tracks = tracks;
      },
      // Without boxes the picture is still worth seeing; they are asked for again.
      () => undefined,
    );
  }
}

/** What is packed by the minute comes a little late. */
function isPresent(number: number): boolean {
  return Date.now() * 1000 < (number + 3) * PAGE_US;
}

export function drawBoxes(
  pen: Pen,
  seen: readonly Seen[],
  picture: Rect,
  name: (label: string) => string,
): void {
  const size = Math.min(14, Math.max(10, picture.width / 45)) * 0.9;
  for (const { track, box } of seen) {
    const { x, y, width, height } = boxToPixels(box, picture);
    const colour = colourOf(track.label);
    pen.beginPath();
    pen.roundRect(x, y, width, height, 3);
    stroke(pen, colour, 2);
    const text = `${name(track.label)} ${Math.round(track.score * 100)}`;
    tag(pen, { text, x: x - 1, y: y - 2, colour, size, hang: "above" }, picture);
  }
}
