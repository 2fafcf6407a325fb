import { Backoff } from "@/socket/backoff";
import { JpegSink } from "./jpeg";
import { canPlay, MseSink } from "./mse";
import { type Format, JPEG, readNote } from "./protocol";
import type { Shown, Sink } from "./screen";

export type Playing =
  | { state: "connecting" }
  | { state: "live" }
  /** Connected, but no new picture for a while. */
  | { state: "waiting" }
  /** The server says that the camera gives none. */
  | { state: "silent" | "failed" | "stopped"; reason: string; sinceMs: number }
  | { state: "unsupported"; codec: string }
  | { state: "refused" }
  | { state: "lost" };

export interface Surfaces {
  video: HTMLVideoElement;
  /** Below the video: single pictures, and the last one while a stream is away. */
  canvas: HTMLCanvasElement;
}

const STALE_MS = 3_000;
const REFUSED = new Set([4401, 4403, 4404]);

/** Shows one camera live and comes back by itself; `start` and `stop` may follow each other. */
export class LivePlayer {
  /** The picture on the screen; null before the first. */
  shown: Shown | null = null;
  private socket: WebSocket | null = null;
  private sink: Sink | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private watchdog: ReturnType<typeof setInterval> | undefined;
  private playing: Playing = { state: "connecting" };
  /** Codec of the stream if this browser cannot show it. */
  private lacking: string | null = null;
  private readonly backoff = new Backoff();
  private readonly url: string;
  private readonly surfaces: Surfaces;
  private readonly tell: (playing: Playing) => void;

  constructor(url: string, surfaces: Surfaces, tell: (playing: Playing) => void) {
    this.url = url;
    this.surfaces = surfaces;
    this.tell = tell;
  }

  start(): void {
    if (this.socket || this.watchdog) return;
    this.watchdog = setInterval(() => this.watch(), 500);
    this.set({ state: "connecting" });
    this.connect();
  }

  stop(): void {
    clearTimeout(this.timer);
    clearInterval(this.watchdog);
    this.watchdog = undefined;
    this.disconnect();
  }

  private connect(): void {
    const socket = new WebSocket(this.url);
    socket.binaryType = "arraybuffer";
    this.socket = socket;
    socket.onmessage = ({ data }) => {
      if (data instanceof ArrayBuffer) this.sink?.push(data);
      else if (typeof data === "string") this.note(data);
    };
    socket.onclose = ({ code }) => {
      if (this.socket === socket) this.closed(code);
    };
  }

  private disconnect(): void {
    const socket = this.socket;
    this.socket = null;
    socket?.close();
    this.sink?.close();
    this.sink = null;
    this.lacking = null;
  }

  private note(text: string): void {
    const note = readNote(text);
    if (note?.kind === "format") this.begin(note);
    else if (note?.kind === "state") this.follow(note.state, note.reason);
  }

  private begin(format: Format): void {
    this.sink?.close();
    this.sink = null;
    const { video, canvas } = this.surfaces;
    const events = {
      shown: (picture: Shown) => this.show(picture),
      broken: () => this.retry(),
    };
    video.style.opacity = "0";
    if (format.mime === JPEG) this.sink = new JpegSink(canvas, events);
    else if (canPlay(format.mime)) this.sink = new MseSink(video, canvas, format, events);
    this.lacking = this.sink ? null : format.codec;
    this.tellLack();
  }

  private tellLack(): void {
    if (this.lacking !== null) this.set({ state: "unsupported", codec: this.lacking });
  }

  private show(picture: Shown): void {
    this.shown = picture;
    if (this.sink instanceof MseSink) this.surfaces.video.style.opacity = "1";
    this.backoff.reset();
    this.set({ state: "live" });
  }

  private follow(state: string, reason: string): void {
    if (state === "silent" || state === "stopped") {
      this.set({ state, reason, sinceMs: Date.now() });
    } else if (state === "failed" || state === "unsupported") {
      this.set({ state: "failed", reason, sinceMs: Date.now() });
    } else if (!this.sink) {
      // Told later than the pictures that already came, it would be wrong.
      if (this.lacking === null) this.set({ state: "connecting" });
      else this.tellLack();
    }
  }

  private closed(code: number): void {
    this.disconnect();
    this.set({ state: REFUSED.has(code) ? "refused" : "lost" });
    this.timer = setTimeout(() => this.connect(), this.backoff.next() * 1000);
  }

  /** The browser's decoder gave up: begin anew. */
  private retry(): void {
    this.disconnect();
    this.set({ state: "connecting" });
    this.timer = setTimeout(() => this.connect(), this.backoff.next() * 1000);
  }

  private watch(): void {
    const stale = this.shown !== null && performance.now() - this.shown.at > STALE_MS;
    if (this.playing.state === "live" && stale && !document.hidden) this.set({ state: "waiting" });
  }

  private set(playing: Playing): void {
    const told = this.playing;
    const plain = playing.state === "live" || playing.state === "waiting";
    if (plain && told.state === playing.state) return;
    this.playing = playing;
    this.tell(playing);
  }
}
