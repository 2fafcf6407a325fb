// When each picture that was fetched is shown, so that a step is exactly one picture.
import { picturesOf, type Track } from "@/video/mp4";
import type { Group } from "./plan";

/** A picture's time on the wall clock. */
export interface Frame {
  tUs: number;
  durationUs: number;
}

export class Frames {
  private readonly byGroup = new Map<string, Frame[]>();

  /** Note the pictures of a group; media time 0 of its file is `startUs`. */
  put(group: Group, bytes: Uint8Array, track: Track, startUs: number): void {
    const toUs = (ticks: number) => startUs + (ticks / track.timescale) * 1e6;
    const frames = picturesOf(bytes, track).map((picture) => ({
      tUs: toUs(picture.shown),
      durationUs: (picture.duration / track.timescale) * 1e6,
    }));
    this.byGroup.set(
      group.id,
      frames.sort((one, other) => one.tUs - other.tUs),
    );
  }

  drop(group: Group): void {
    this.byGroup.delete(group.id);
  }

  clear(): void {
    this.byGroup.clear();
  }

  /** The picture that is on the screen at a moment, and its neighbours, as far as they are known. */
  around(tUs: number): { before: Frame | null; at: Frame | null; after: Frame | null } {
    const all = [...this.byGroup.values()].flat().sort((one, other) => one.tUs - other.tUs);
    const index = all.findLastIndex((frame) => frame.tUs <= tUs);
    return {
      before: all[index - 1] ?? null,
      at: all[index] ?? null,
      after: all[index + 1] ?? null,
    };
  }
}

/** A moment well inside a picture, where no rounding shows its neighbour. */
export function middleOf(frame: Frame): number {
  return Math.round(frame.tUs + frame.durationUs / 2);
}
