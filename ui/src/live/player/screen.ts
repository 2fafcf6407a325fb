// The picture a tile shows, whatever brings it.

export interface Shown {
  /** Time of the picture on the screen, in microseconds. */
  tUs: number;
  width: number;
  height: number;
  /** When it came on the screen, by performance.now(). */
  at: number;
}

/** Takes the binary messages of one format and shows them. */
export interface Sink {
  push: (message: ArrayBuffer) => void;
  /** Let go of everything; the last picture stays as a still. */
  close: () => void;
}

export interface SinkEvents {
  shown: (picture: Shown) => void;
  broken: (reason: "codec" | "media") => void;
}

/** Keep what the video shows on the canvas below it, so that a change of streams is not black. */
export function keepStill(video: HTMLVideoElement, canvas: HTMLCanvasElement): void {
  if (video.videoWidth === 0 || video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) return;
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  canvas.getContext("2d")?.drawImage(video, 0, 0);
}
