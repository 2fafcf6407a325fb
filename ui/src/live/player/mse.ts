import { spansOf, steer, TARGET_S, trim } from "./buffer";
import { type Format, wallClockUs } from "./protocol";
import { keepStill, type Sink, type SinkEvents } from "./screen";

const STEER_MS = 100;
/** So much may wait for the decoder before it counts as stuck. */
const MOST_BYTES = 24 * 1024 * 1024;

declare global {
  interface Window {
    ManagedMediaSource?: typeof MediaSource;
  }
}

function sourceClass(): typeof MediaSource | undefined {
  return window.ManagedMediaSource ?? window.MediaSource;
}

/** Whether this browser decodes that. */
export function canPlay(mime: string): boolean {
  return sourceClass()?.isTypeSupported(mime) ?? false;
}

/** Plays fragments of MP4 in a video element, close to the live edge. */
export class MseSink implements Sink {
  private readonly source: MediaSource;
  private readonly address: string;
  private buffer: SourceBuffer | null = null;
  private readonly queue: ArrayBuffer[] = [];
  private queued = 0;
  private readonly timer: ReturnType<typeof setInterval>;
  private frame = 0;
  private closed = false;
  private readonly video: HTMLVideoElement;
  private readonly still: HTMLCanvasElement;
  private readonly format: Format;
  private readonly events: SinkEvents;

  constructor(
    video: HTMLVideoElement,
    still: HTMLCanvasElement,
    format: Format,
    events: SinkEvents,
  ) {
    this.video = video;
    this.still = still;
    this.format = format;
    this.events = events;
    const Source = sourceClass() ?? MediaSource;
    this.source = new Source();
    this.source.addEventListener("sourceopen", () => this.opened(), { once: true });
    video.disableRemotePlayback = true;
    video.onerror = () => this.broken();
    this.address = URL.createObjectURL(this.source);
    video.src = this.address;
    this.timer = setInterval(() => this.steer(), STEER_MS);
    this.follow();
  }

  push(message: ArrayBuffer): void {
    this.queue.push(message);
    this.queued += message.byteLength;
    if (this.queued > MOST_BYTES) this.broken();
    else this.feed();
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    clearInterval(this.timer);
    this.video.cancelVideoFrameCallback?.(this.frame);
    this.video.onerror = null;
    keepStill(this.video, this.still);
    this.queue.length = 0;
    this.video.removeAttribute("src");
    this.video.load();
    URL.revokeObjectURL(this.address);
  }

  private opened(): void {
    if (this.closed) return;
    this.buffer = this.source.addSourceBuffer(this.format.mime);
    this.buffer.mode = "segments";
    this.buffer.addEventListener("updateend", () => this.feed());
    this.buffer.addEventListener("error", () => this.broken());
    this.feed();
  }

  private feed(): void {
    const buffer = this.buffer;
    if (this.closed || !buffer || buffer.updating || this.queue.length === 0) return;
    try {
      buffer.appendBuffer(joined(this.queue));
    } catch (error) {
      if (error instanceof DOMException && error.name === "QuotaExceededError")
        this.shorten(buffer);
      else this.broken();
      return;
    }
    this.queue.length = 0;
    this.queued = 0;
  }

  private shorten(buffer: SourceBuffer): void {
    const end = this.video.currentTime - 1;
    if (end > 0) buffer.remove(0, end);
    else this.broken();
  }

  private steer(): void {
    const buffer = this.buffer;
    if (this.closed || !buffer || this.source.readyState !== "open") return;
    const buffered = spansOf(buffer.buffered);
    if (buffered.length === 0) return;
    const { currentTime } = this.video;
    const { seek, rate } = steer({ buffered, currentTime, target: TARGET_S });
    if (seek !== null) this.video.currentTime = seek;
    if (this.video.playbackRate !== rate) this.video.playbackRate = rate;
    // Refused while the page is hidden; the next round tries again.
    if (this.video.paused) this.video.play().catch(() => undefined);
    const old = trim(buffered, currentTime);
    if (old && !buffer.updating) buffer.remove(old.start, old.end);
  }

  private follow(): void {
    const next = (at: number, meta: VideoFrameCallbackMetadata) => {
      if (this.closed) return;
      const tUs = wallClockUs(this.format, meta.mediaTime);
      this.events.shown({ tUs, width: meta.width, height: meta.height, at });
      this.frame = this.video.requestVideoFrameCallback(next);
    };
    this.frame = this.video.requestVideoFrameCallback(next);
  }

  private broken(): void {
    if (!this.closed) this.events.broken("media");
  }
}

function joined(parts: readonly ArrayBuffer[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0));
  let at = 0;
  for (const part of parts) {
    all.set(new Uint8Array(part), at);
    at += part.byteLength;
  }
  return all;
}
