// Shows one camera's recordings at whatever moment the clock says.
import type { Surfaces } from "@/live/player/player";
import { keepStill } from "@/live/player/screen";
import type { Archive, FileIndex, Footage, Gap } from "../api";
import { follow, type Readiness } from "./clock";
import { Frames, middleOf } from "./frames";
import {
  type Group,
  groupsOf,
  KEYS_ABOVE,
  nextGroups,
  toEvict,
  type Window,
  windowAt,
} from "./plan";
import { type Found, Reel, SEAM_US } from "./reel";
import { canPlay, hasSound, type Head, type Manner, mimeFor, readHead, Tape } from "./tape";

export type Showing =
  | { state: "loading" }
  | { state: "shown"; sound: boolean }
  | { state: "gap"; cause: Gap | null; untilUs: number | null }
  | { state: "unsupported"; codec: string; file: string }
  | { state: "failed"; error: unknown };

/** What is in a file, as its newest index tells. */
interface Sheet {
  groups: Group[];
  mime: string;
}

export interface Picture {
  tUs: number;
  width: number;
  height: number;
}

const FIRST = { bytes: 8e6, groups: 1 };
const USUAL = { bytes: 6e6, groups: 6 };
const MOST_BYTES = 120e6;
const MOST_KNOWN = 20;
const RETRY_MS = 2_000;
/** The element stands at a hole for so long before it is looked at again what is there. */
const STUCK_MS = 1_500;

export class Projector {
  /** The picture on the screen; null while there is none. */
  picture: Picture | null = null;
  onPicture: (picture: Picture) => void = () => undefined;
  readonly reel: Reel;
  private readonly archive: Archive;
  private readonly video: HTMLVideoElement;
  private readonly still: HTMLCanvasElement;
  private tape: Tape | null = null;
  private readonly heads = new Map<string, Head>();
  private readonly held = new Map<string, Group>();
  private readonly known = new Map<string, Sheet>();
  private readonly frames = new Frames();
  private working = false;
  private closed = false;
  private fetching: { groups: Group[]; abort: AbortController } | null = null;
  private wish: { tUs: number; rate: number } = { tUs: 0, rate: 1 };
  private failure: { error: unknown; at: number } | null = null;
  private stuckSince: number | null = null;
  private callback = 0;

  constructor(archive: Archive, reel: Reel, surfaces: Surfaces) {
    const { video, canvas } = surfaces;
    this.still = canvas;
    this.archive = archive;
    this.reel = reel;
    this.video = video;
    this.listen();
  }

  /** How it is at that moment; also makes it so: call it again and again. */
  look(tUs: number, rate: number, sound: boolean): Showing {
    const found = this.reel.at(tUs);
    const showing = this.judge(found, tUs);
    if (found.kind === "file" && showing.state !== "unsupported") {
      this.wish = { tUs, rate };
      this.load(found.file, { sound: sound && rate > 0 && rate <= 2, keys: isFast(rate) });
    }
    return showing;
  }

  /** Let the element show that moment, moving on by itself at `rate`; 0 stands still. */
  steer(tUs: number, rate: number): void {
    const { video, tape } = this;
    if (!tape?.covers(tUs)) return this.hold();
    if (rate <= 0) return this.stand(tape, tUs);
    const { seek, rate: pulled } = follow(tape.toWall(video.currentTime) - tUs, rate);
    if (seek && !video.seeking) video.currentTime = tape.toMedia(tUs);
    if (video.playbackRate !== pulled) video.playbackRate = pulled;
    if (video.paused) video.play().catch(() => undefined);
  }

  /** The element stands until it has something to show. */
  hold(): void {
    if (!this.video.paused) this.video.pause();
  }

  mute(muted: boolean): void {
    if (this.video.muted !== muted) this.video.muted = muted;
  }

  /** The middle of the picture before or after the one at a moment; null: not known yet. */
  neighbour(tUs: number, direction: 1 | -1): number | null {
    const { before, after } = this.frames.around(tUs);
    const frame = direction === 1 ? after : before;
    return frame && middleOf(frame);
  }

  /** A moment that shows the same picture as `tUs`, whatever is rounded on the way. */
  settled(tUs: number): number {
    const { at } = this.frames.around(tUs);
    return at && tUs - at.tUs < at.durationUs ? middleOf(at) : tUs;
  }

  close(): void {
    this.closed = true;
    this.fetching?.abort.abort();
    this.video.cancelVideoFrameCallback?.(this.callback);
    this.tape?.close();
    this.tape = null;
  }

  private judge(found: Found, tUs: number): Showing {
    if (found.kind === "failed") return { state: "failed", error: found.error };
    if (found.kind === "unknown") return LOADING;
    if (found.kind === "gap") return { state: "gap", cause: found.cause, untilUs: found.untilUs };
    const { file } = found;
    const sheet = this.known.get(file.id);
    if (sheet && !canPlay(mimeFor(sheet.mime, false))) {
      return { state: "unsupported", codec: file.codec, file: file.id };
    }
    if (this.tape?.covers(tUs)) {
      this.stuckSince = null;
      return { state: "shown", sound: sheet !== undefined && hasSound(sheet.mime) };
    }
    if (this.failure) return { state: "failed", error: this.failure.error };
    return this.uncovered(file, tUs);
  }

  /** The moment is not in the buffer: on its way, or missing in the file itself. */
  private uncovered(file: Footage, tUs: number): Showing {
    const groups = this.known.get(file.id)?.groups;
    if (!groups) return LOADING;
    const here = groups.find((group) => tUs >= group.fromUs && tUs < group.untilUs);
    if (here) return this.held.get(here.id)?.parts === here.parts ? this.amiss(tUs) : LOADING;
    const next = groups.find((group) => group.fromUs > tUs)?.fromUs;
    const untilUs = next ?? (file.open ? null : Math.max(file.end_us, tUs + 1000));
    return { state: "gap", cause: null, untilUs };
  }

  /** It was laid on the tape and is not there: pictures begin later, or the browser let them go. */
  private amiss(tUs: number): Showing {
    const next = this.tape?.resumesAfter(tUs, SEAM_US) ?? null;
    if (next !== null) return { state: "gap", cause: null, untilUs: next };
    const now = performance.now();
    this.stuckSince ??= now;
    if (now - this.stuckSince > STUCK_MS) {
      this.held.clear();
      this.frames.clear();
      this.stuckSince = null;
    }
    return LOADING;
  }

  private stand(tape: Tape, tUs: number): void {
    this.hold();
    const to = tape.toMedia(tUs);
    if (Math.abs(this.video.currentTime - to) > 5e-4 && !this.video.seeking) {
      this.video.currentTime = to;
    }
  }

  private load(file: Footage, manner: Manner): void {
    const { tape } = this;
    if (!tape || !tape.holds(this.wish.tUs) || differs(tape.manner, manner)) this.renew(manner);
    if (this.fetching && !overlaps(this.fetching.groups, windowAt(this.wish.tUs, this.wish.rate))) {
      this.fetching.abort.abort();
    }
    if (this.working || this.resting()) return;
    this.working = true;
    void this.work(file).finally(() => {
      this.working = false;
    });
  }

  private resting(): boolean {
    if (this.failure && performance.now() - this.failure.at < RETRY_MS) return true;
    return this.closed;
  }

  private renew(manner: Manner): void {
    this.fetching?.abort.abort();
    keepStill(this.video, this.still);
    this.tape?.close();
    this.held.clear();
    this.frames.clear();
    this.tape = new Tape(this.video, this.wish.tUs, manner);
  }

  private async work(file: Footage): Promise<void> {
    const { tape } = this;
    try {
      if (tape) await this.extend(tape, file);
      this.failure = null;
    } catch (error) {
      // Somebody went elsewhere meanwhile; or the archive or the decoder gave up.
      if (this.closed || isAbort(error) || tape !== this.tape) return;
      this.failure = { error, at: performance.now() };
      if (isFull(error)) await this.shrink();
      else this.tape = null;
    } finally {
      this.fetching = null;
    }
  }

  private async extend(tape: Tape, file: Footage): Promise<void> {
    const { tUs, rate } = this.wish;
    await this.evict(toEvict([...this.held.values()], tUs, rate));
    const groups: Group[] = [];
    const indexes = new Map<string, FileIndex>();
    for (let one: Footage | null = file; one; one = this.follower(one, tUs, rate)) {
      const index = await this.reel.index(one);
      indexes.set(one.id, index);
      groups.push(...this.note(index));
      if (tape !== this.tape) return;
    }
    const held = new Map([...this.held].map(([id, group]) => [id, group.parts]));
    const limits = tape.covers(tUs) ? USUAL : FIRST;
    const next = nextGroups(groups, held, tUs, windowAt(tUs, rate), limits);
    const index = indexes.get(next[0]?.file ?? "");
    if (!index || !canPlay(mimeFor(index.mime, false)) || this.bytesHeld() > MOST_BYTES) return;
    await this.lay(tape, await this.head(index), next);
  }

  private note(index: FileIndex): Group[] {
    const groups = groupsOf(index);
    this.known.delete(index.id);
    this.known.set(index.id, { groups, mime: index.mime });
    for (const id of this.known.keys()) if (this.known.size > MOST_KNOWN) this.known.delete(id);
    return groups;
  }

  private follower(file: Footage, tUs: number, rate: number): Footage | null {
    return file.end_us < windowAt(tUs, rate).untilUs ? this.reel.after(file) : null;
  }

  private async lay(tape: Tape, head: Head, groups: Group[]): Promise<void> {
    const first = groups[0];
    const last = groups.at(-1);
    if (!first || !last) return;
    const abort = new AbortController();
    this.fetching = { groups, abort };
    const read = (from: number, size: number) =>
      this.archive.media(first.file, from, from + size, abort.signal);
    if (tape.manner.keys) {
      const parts = await Promise.all(groups.map((group) => read(group.offset, group.keySize)));
      for (const [index, group] of groups.entries()) {
        const part = parts[index];
        if (part) await this.put(tape, head, [group], part);
      }
      return;
    }
    const bytes = await read(first.offset, last.offset + last.size - first.offset);
    await this.put(tape, head, groups, bytes);
  }

  private async put(tape: Tape, head: Head, groups: Group[], bytes: Uint8Array): Promise<void> {
    if (tape !== this.tape) return;
    await tape.append(head, groups, bytes);
    if (tape !== this.tape) return;
    const start = groups[0]?.offset ?? 0;
    for (const group of groups) {
      this.held.set(group.id, group);
      const own = bytes.subarray(group.offset - start, group.offset - start + group.size);
      this.frames.put(group, own, head.video, head.startUs);
    }
  }

  private async head(index: FileIndex): Promise<Head> {
    const known = this.heads.get(index.id);
    if (known) return known;
    const { signal } = new AbortController();
    const head = readHead(index, await this.archive.media(index.id, 0, index.init_size, signal));
    if (this.heads.size > 30) this.heads.clear();
    this.heads.set(index.id, head);
    return head;
  }

  private async evict(groups: readonly Group[]): Promise<void> {
    for (const group of groups) {
      this.held.delete(group.id);
      this.frames.drop(group);
      await this.tape?.remove(group.fromUs, group.untilUs);
    }
  }

  private async shrink(): Promise<void> {
    const { tUs } = this.wish;
    const away = [...this.held.values()].filter(
      (group) => group.untilUs < tUs || group.fromUs > tUs + 10e6,
    );
    await this.evict(away);
  }

  private bytesHeld(): number {
    return [...this.held.values()].reduce((sum, group) => sum + group.size, 0);
  }

  private listen(): void {
    const next = (_: number, meta: VideoFrameCallbackMetadata) => {
      if (this.closed) return;
      if (this.tape) {
        const tUs = this.tape.toWall(meta.mediaTime);
        this.picture = { tUs, width: meta.width, height: meta.height };
        this.onPicture(this.picture);
      }
      this.callback = this.video.requestVideoFrameCallback(next);
    };
    this.callback = this.video.requestVideoFrameCallback(next);
  }
}

const LOADING: Showing = { state: "loading" };
const isFast = (rate: number) => Math.abs(rate) > KEYS_ABOVE;
const differs = (one: Manner, other: Manner) =>
  one.sound !== other.sound || one.keys !== other.keys;
const isAbort = (error: unknown) => error instanceof DOMException && error.name === "AbortError";
const isFull = (error: unknown) =>
  error instanceof DOMException && error.name === "QuotaExceededError";

function overlaps(groups: readonly Group[], window: Window): boolean {
  return groups.some((group) => group.untilUs > window.fromUs && group.fromUs < window.untilUs);
}

/** What the clock needs to know of it. */
export function readinessOf(showing: Showing): Readiness {
  switch (showing.state) {
    case "shown":
      return { kind: "ready" };
    case "loading":
      return { kind: "loading" };
    case "gap":
      return { kind: "gap", untilUs: showing.untilUs };
    default:
      return { kind: "unable" };
  }
}
