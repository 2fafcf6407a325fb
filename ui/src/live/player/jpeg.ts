import { readPicture } from "./protocol";
import type { Sink, SinkEvents } from "./screen";

/** Shows single pictures on a canvas; while one is being decoded, only the newest waits. */
export class JpegSink implements Sink {
  private waiting: ArrayBuffer | null = null;
  private busy = false;
  private closed = false;
  private readonly canvas: HTMLCanvasElement;
  private readonly events: SinkEvents;

  constructor(canvas: HTMLCanvasElement, events: SinkEvents) {
    this.canvas = canvas;
    this.events = events;
  }

  push(message: ArrayBuffer): void {
    this.waiting = message;
    if (!this.busy) void this.work();
  }

  close(): void {
    this.closed = true;
    this.waiting = null;
  }

  private async work(): Promise<void> {
    this.busy = true;
    while (this.waiting && !this.closed) {
      const { tUs, jpeg } = readPicture(this.waiting);
      this.waiting = null;
      const picture = await createImageBitmap(jpeg).catch(() => null);
      if (picture) this.show(picture, tUs);
    }
    this.busy = false;
  }

  private show(picture: ImageBitmap, tUs: number): void {
    const { width, height } = picture;
    if (!this.closed) {
      if (this.canvas.width !== width) this.canvas.width = width;
      if (this.canvas.height !== height) this.canvas.height = height;
      this.canvas.getContext("2d")?.drawImage(picture, 0, 0);
      this.events.shown({ tUs, width, height, at: performance.now() });
    }
    picture.close();
  }
}
