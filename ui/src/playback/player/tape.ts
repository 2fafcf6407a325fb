// The media source of one player: recordings laid on it where the wall clock puts them.
import { fragmentOf, onlyTrack, picturesOf, type Track, tracksOf } from "@/video/mp4";
import type { FileIndex } from "../api";
import type { Group } from "./plan";

/** How far a tape reaches around the moment it was made for. */
const HALF_US = 7 * 86_400_000_000;

/** A file's head: what a decoder must know before its pictures. */
export interface Head {
  file: string;
  startUs: number;
  mime: string;
  bytes: Uint8Array<ArrayBuffer>;
  video: Track;
}

export interface Manner {
  /** Sound is played along; else it is left out, so that it can hold nothing up. */
  sound: boolean;
  /** Only key pictures, each shown until the next. */
  keys: boolean;
}

declare global {
  interface Window {
    ManagedMediaSource?: typeof MediaSource;
  }
}

const sourceClass = () => window.ManagedMediaSource ?? window.MediaSource;

export function canPlay(mime: string): boolean {
  return sourceClass()?.isTypeSupported(mime) ?? false;
}

/** The type without the codecs of its sound. */
export function withoutSound(mime: string): string {
  const codecs = /codecs="([^"]*)"/.exec(mime)?.[1]?.split(",") ?? [];
  const video = codecs.map((one) => one.trim()).find((one) => !SOUND.test(one));
  return video ? `video/mp4; codecs="${video}"` : mime;
}

const SOUND = /^(mp4a|opus|Opus|fLaC|alac|alaw|ulaw|ac-3|ec-3)/;

export function hasSound(mime: string): boolean {
  return mime !== withoutSound(mime);
}

/** What of a file is played: with its sound if that is wanted and this browser knows it. */
export function mimeFor(mime: string, sound: boolean): string {
  return sound && canPlay(mime) ? mime : withoutSound(mime);
}

export function readHead(index: FileIndex, bytes: Uint8Array<ArrayBuffer>): Head {
  const video = tracksOf(bytes).find((track) => track.kind === "video");
  if (!video) throw new Error(`the recording ${index.id} has no picture track`);
  return { file: index.id, startUs: index.start_us, mime: index.mime, bytes, video };
}

/** One MediaSource in a video element. Calls are awaited one after the other. */
export class Tape {
  readonly manner: Manner;
  private readonly baseUs: number;
  private readonly address: string;
  private readonly source: MediaSource;
  private readonly opened: Promise<void>;
  private readonly video: HTMLVideoElement;
  private buffer: SourceBuffer | null = null;
  private mime = "";
  private head: string | null = null;

  constructor(video: HTMLVideoElement, tUs: number, manner: Manner) {
    this.video = video;
    this.manner = manner;
    this.baseUs = Math.floor(tUs - HALF_US);
    this.source = new (sourceClass() ?? MediaSource)();
    this.opened = new Promise((resolve) => {
      this.source.addEventListener("sourceopen", () => resolve(), { once: true });
    });
    this.address = URL.createObjectURL(this.source);
    video.disableRemotePlayback = true;
    video.src = this.address;
  }

  holds(tUs: number): boolean {
    return tUs > this.baseUs + 1e6 && tUs < this.baseUs + 2 * HALF_US;
  }

  /** Media seconds of a moment, and back. */
  toMedia(tUs: number): number {
    return (tUs - this.baseUs) / 1e6;
  }

  toWall(seconds: number): number {
    return this.baseUs + Math.round(seconds * 1e6);
  }

  /** Whether a picture for that moment is in the buffer. */
  covers(tUs: number): boolean {
    const at = this.toMedia(tUs);
    const ranges = this.buffer?.buffered;
    for (let index = 0; ranges && index < ranges.length; index += 1) {
      if (at >= ranges.start(index) - 1e-4 && at < ranges.end(index) - 1e-4) return true;
    }
    return false;
  }

  /** The beginning of what is in the buffer after a moment, within `mostUs`; null: nothing. */
  resumesAfter(tUs: number, mostUs: number): number | null {
    const at = this.toMedia(tUs);
    const ranges = this.buffer?.buffered;
    for (let index = 0; ranges && index < ranges.length; index += 1) {
      const start = ranges.start(index);
      if (start >= at) return start - at <= mostUs / 1e6 ? this.toWall(start + 0.001) : null;
    }
    return null;
  }

  /** Lay groups of one file on the tape; `bytes` are theirs, without a hole. */
  async append(head: Head, groups: readonly Group[], bytes: Uint8Array): Promise<void> {
    await this.opened;
    const buffer = this.ready(head);
    if (this.head !== head.file) {
      buffer.timestampOffset = this.toMedia(head.startUs);
      await this.done(buffer, () => buffer.appendBuffer(this.cut(head, head.bytes)));
      this.head = head.file;
    }
    const laid = this.manner.keys ? keysOf(head, groups, bytes) : [this.cut(head, bytes)];
    for (const part of laid) await this.done(buffer, () => buffer.appendBuffer(part));
  }

  async remove(fromUs: number, untilUs: number): Promise<void> {
    const buffer = this.buffer;
    const [from, until] = [Math.max(0, this.toMedia(fromUs)), this.toMedia(untilUs)];
    if (!buffer || until <= from || this.source.readyState !== "open") return;
    await this.done(buffer, () => buffer.remove(from, until));
  }

  close(): void {
    this.video.removeAttribute("src");
    this.video.load();
    URL.revokeObjectURL(this.address);
  }

  private ready(head: Head): SourceBuffer {
    const mime = mimeFor(head.mime, this.manner.sound);
    if (!this.buffer) {
      this.source.duration = (2 * HALF_US) / 1e6;
      this.buffer = this.source.addSourceBuffer(mime);
      this.buffer.mode = "segments";
    } else if (mime !== this.mime) {
      this.buffer.changeType(mime);
      this.head = null;
    }
    this.mime = mime;
    return this.buffer;
  }

  private cut(head: Head, bytes: Uint8Array): Uint8Array<ArrayBuffer> {
    const whole = this.manner.sound && canPlay(head.mime);
    return whole ? new Uint8Array(bytes) : onlyTrack(bytes, head.video.id);
  }

  private done(buffer: SourceBuffer, act: () => void): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (how: () => void) => () => {
        buffer.removeEventListener("updateend", good);
        buffer.removeEventListener("error", bad);
        how();
      };
      const good = settle(resolve);
      const bad = settle(() => reject(new Error("the browser cannot decode this recording")));
      buffer.addEventListener("updateend", good);
      buffer.addEventListener("error", bad);
      try {
        act();
      } catch (error) {
        settle(() => reject(error instanceof Error ? error : new Error(String(error))))();
      }
    });
  }
}

/** Each group's key picture as a fragment of its own, shown until the next group begins. */
function keysOf(head: Head, groups: readonly Group[], bytes: Uint8Array) {
  const first = groups[0];
  return groups.flatMap((group) => {
    const from = group.offset - (first?.offset ?? 0);
    const part = bytes.subarray(from, from + group.keySize);
    const key = picturesOf(part, head.video).find((picture) => picture.key);
    if (!key) return [];
    const untilTicks = ((group.untilUs - head.startUs) / 1e6) * head.video.timescale;
    const duration = Math.max(1, Math.round(untilTicks) - key.shown);
    return [fragmentOf(part, key, head.video.id, duration)];
  });
}
