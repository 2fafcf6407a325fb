// Up to four cameras on one clock: play, pause, jump, step; says what happens on the way.
import type { Surfaces } from "@/live/player/player";
import type { Archive, GapCause } from "../api";
import { advance, nextFootage, nextShuttle, type Readiness } from "./clock";
import { type Picture, Projector, readinessOf, type Showing } from "./projector";
import { Reel } from "./reel";

/** What the page shows of it. */
export interface Score {
  tUs: number;
  playing: boolean;
  /** Negative: backwards. */
  rate: number;
  waiting: boolean;
  /** Something that was skipped or that ended; null: nothing to say. */
  notice: Notice | null;
  cameras: Readonly<Record<string, Showing>>;
  sound: boolean;
}

export type Notice =
  | { kind: "skipped"; fromUs: number; untilUs: number; cause: GapCause | null }
  | { kind: "end" }
  | { kind: "beginning" };

const TICK_MS = 50;
const TELL_MS = 200;
/** The clock does not make up for a page that slept. */
const MOST_MS = 500;
const NOTICE_MS = 6_000;
/** A moment before the end of footage, to come back to when going backwards. */
const INSIDE_US = 40_000;

export class Conductor {
  private score: Score;
  private readonly archive: Archive;
  private readonly nowUs: () => number;
  private readonly players = new Map<string, Projector>();
  private readonly hearers = new Set<() => void>();
  private readonly timer: ReturnType<typeof setInterval>;
  private lastMs = performance.now();
  private toldMs = 0;
  private noticeMs = 0;
  /** A moment was asked for, and its first picture is still to come. */
  private landing = true;
  private stepping: 1 | -1 | null = null;
  private turning = false;

  constructor(archive: Archive, tUs: number, nowUs: () => number) {
    this.archive = archive;
    this.nowUs = nowUs;
    this.score = {
      tUs,
      playing: false,
      rate: 1,
      waiting: true,
      notice: null,
      cameras: {},
      sound: false,
    };
    this.timer = setInterval(() => this.tick(performance.now()), TICK_MS);
  }

  readonly hear = (tell: () => void): (() => void) => {
    this.hearers.add(tell);
    return () => this.hearers.delete(tell);
  };

  readonly read = (): Score => this.score;

  /** Let a camera be shown in a video element until the returned function is called. */
  add(camera: string, surfaces: Surfaces, onPicture: (picture: Picture) => void): () => void {
    const reel = new Reel(this.archive, camera, null, this.nowUs);
    const player = new Projector(this.archive, reel, surfaces);
    player.onPicture = onPicture;
    this.players.set(camera, player);
    this.landing = true;
    return () => {
      player.close();
      if (this.players.get(camera) === player) this.players.delete(camera);
    };
  }

  seek(tUs: number): void {
    this.landing = true;
    this.stepping = null;
    this.set({ tUs: Math.round(tUs), notice: null, waiting: true });
  }

  toggle(): void {
    this.set({ playing: !this.score.playing });
  }

  pause(): void {
    this.set({ playing: false });
  }

  /** Play at a speed; negative: backwards. */
  play(rate: number): void {
    this.set({ playing: true, rate });
  }

  setSpeed(speed: number): void {
    this.set({ rate: speed });
  }

  /** J (-1) or L (1). */
  shuttle(direction: 1 | -1): void {
    this.play(nextShuttle(this.score.rate, this.score.playing, direction));
  }

  /** One picture forwards or back, of the first camera that has one. */
  step(direction: 1 | -1): void {
    this.stepping = direction;
    this.set({ playing: false, rate: 1 });
    this.tryStep();
  }

  setSound(sound: boolean): void {
    this.set({ sound });
  }

  close(): void {
    clearInterval(this.timer);
    for (const player of this.players.values()) player.close();
  }

  private tick(nowMs: number): void {
    const dtUs = Math.min(nowMs - this.lastMs, MOST_MS) * 1000;
    this.lastMs = nowMs;
    if (this.players.size === 0) return;
    const { tUs, rate, playing, sound } = this.score;
    const cameras: Record<string, Showing> = {};
    // Standing still every picture counts, whatever speed is set.
    const pace = playing ? rate : 1;
    for (const [id, player] of this.players) cameras[id] = player.look(tUs, pace, sound);
    const ready = Object.values(cameras).map(readinessOf);
    if (this.landing) this.land(cameras, ready);
    else if (playing) this.move(dtUs, cameras, ready);
    else this.set({ cameras, waiting: ready.some((one) => one.kind === "loading") }, false);
    this.tryStep();
    this.steer();
    if (this.score.notice && nowMs - this.noticeMs > NOTICE_MS) this.set({ notice: null });
    if (nowMs - this.toldMs > TELL_MS) this.tell();
  }

  /** The asked moment, or the next footage: then it says so. */
  private land(cameras: Record<string, Showing>, ready: readonly Readiness[]): void {
    this.set({ cameras, waiting: ready.some((one) => one.kind === "loading") }, false);
    if (ready.some((one) => one.kind === "loading")) return;
    this.landing = false;
    if (ready.some((one) => one.kind !== "gap")) return;
    const next = nextFootage(ready);
    if (next === null) return this.say({ kind: "end" });
    this.skip(next, cameras);
  }

  private move(dtUs: number, cameras: Record<string, Showing>, ready: readonly Readiness[]): void {
    const { tUs, rate } = this.score;
    const step = advance(tUs, dtUs, rate, ready);
    if (step.ended && rate < 0) return void this.turnBack(tUs);
    if (step.ended) {
      this.set({ cameras, waiting: false }, false);
      if (!this.score.notice) this.say({ kind: "end" });
      return;
    }
    if (step.jumped) return this.skip(step.tUs, cameras);
    this.set({ cameras, tUs: step.tUs, waiting: step.waiting }, false);
  }

  private skip(untilUs: number, cameras: Record<string, Showing>): void {
    const fromUs = this.score.tUs;
    const told = Object.values(cameras).find((one) => one.state === "gap" && one.cause !== null);
    const cause = told?.state === "gap" ? (told.cause?.cause ?? null) : null;
    this.set({ tUs: untilUs, cameras, waiting: true }, false);
    // The seam between two files is no news.
    if (untilUs - fromUs > 1e6) this.say({ kind: "skipped", fromUs, untilUs, cause });
  }

  /** Backwards over a gap: to the end of the footage before it. */
  private async turnBack(tUs: number): Promise<void> {
    if (this.turning) return;
    this.turning = true;
    const ends = await Promise.all(
      [...this.players.values()].map((player) => player.reel.before(tUs).catch(() => null)),
    );
    this.turning = false;
    const last = Math.max(...ends.map((end) => end ?? -Infinity));
    if (this.score.tUs !== tUs) return;
    if (Number.isFinite(last)) this.set({ tUs: Math.min(last, tUs) - INSIDE_US });
    else {
      this.set({ playing: false, rate: 1 });
      this.say({ kind: "beginning" });
    }
  }

  private tryStep(): void {
    if (this.stepping === null || this.score.waiting) return;
    const { tUs } = this.score;
    for (const player of this.players.values()) {
      const to = player.neighbour(tUs, this.stepping);
      if (to === null) continue;
      this.stepping = null;
      this.set({ tUs: to });
      return;
    }
  }

  private steer(): void {
    const { tUs, playing, rate, waiting, cameras, sound } = this.score;
    const runs = playing && !waiting && rate > 0;
    for (const [id, player] of this.players) {
      if (cameras[id]?.state === "shown") player.steer(tUs, runs ? rate : 0);
      else player.hold();
      player.mute(!sound || !runs || [...this.players.keys()][0] !== id);
    }
  }

  private say(notice: Notice): void {
    this.noticeMs = performance.now();
    this.set({ notice });
  }

  private set(changes: Partial<Score>, tell = true): void {
    this.score = { ...this.score, ...changes };
    if (tell) this.tell();
  }

  private tell(): void {
    this.toldMs = performance.now();
    for (const hearer of this.hearers) hearer();
  }
}
