// Boxes need no more than this; the screen's own rate would cost a small machine its video.
const LEAST_MS = 30;

/** The canvas with its size in CSS pixels, and when it was last drawn on. */
export class Pad {
  width = 0;
  height = 0;
  moving = true;
  private drawnAt = 0;
  private drawnFor = -1;
  private resized = true;
  private readonly observer: ResizeObserver;
  private readonly canvas: HTMLCanvasElement;

  constructor(canvas: HTMLCanvasElement) {
    this.canvas = canvas;
    this.observer = new ResizeObserver(() => this.measure());
    this.observer.observe(canvas);
    this.measure();
  }

  /** Whether it is time to draw again: something new, or something that moves by itself. */
  due(nowMs: number, tUs: number, heardAt: number): boolean {
    if (nowMs - this.drawnAt < LEAST_MS && !this.resized) return false;
    const what = tUs + heardAt;
    if (what === this.drawnFor && !this.moving && !this.resized) return false;
    this.drawnAt = nowMs;
    this.drawnFor = what;
    this.resized = false;
    return this.width > 0;
  }

  clear(): CanvasRenderingContext2D | null {
    const pen = this.canvas.getContext("2d");
    pen?.clearRect(0, 0, this.width, this.height);
    return pen;
  }

  close(): void {
    this.observer.disconnect();
  }

  private measure(): void {
    const { clientWidth, clientHeight } = this.canvas;
    if (clientWidth === this.width && clientHeight === this.height) return;
    const sharpness = Math.min(2, window.devicePixelRatio || 1);
    this.width = clientWidth;
    this.height = clientHeight;
    this.canvas.width = Math.round(clientWidth * sharpness);
    this.canvas.height = Math.round(clientHeight * sharpness);
    this.canvas.getContext("2d")?.scale(sharpness, sharpness);
    this.resized = true;
  }
}
