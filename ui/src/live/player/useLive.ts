import { type RefObject, useEffect, useRef, useState } from "react";
import { socketUrl } from "@/socket/socket";
import { LivePlayer, type Playing } from "./player";

/** A tile that is out of sight goes on for so long, for people who scroll to and fro. */
const GRACE_MS = 5_000;

export interface Live {
  video: RefObject<HTMLVideoElement | null>;
  canvas: RefObject<HTMLCanvasElement | null>;
  player: RefObject<LivePlayer | null>;
  playing: Playing;
}

/** Plays a camera in the returned elements while `frame` can be seen. */
export function useLive(
  camera: string,
  stream: string | null,
  frame: RefObject<HTMLElement | null>,
): Live {
  const video = useRef<HTMLVideoElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const player = useRef<LivePlayer>(null);
  const [playing, setPlaying] = useState<Playing>({ state: "connecting" });
  useEffect(() => {
    if (!video.current || !canvas.current || !frame.current) return;
    const query = stream ? `?stream=${encodeURIComponent(stream)}` : "";
    const url = socketUrl(`/api/v1/live/${encodeURIComponent(camera)}${query}`);
    const surfaces = { video: video.current, canvas: canvas.current };
    const one = new LivePlayer(url, surfaces, setPlaying);
    player.current = one;
    const forget = whileSeen(frame.current, (seen) => (seen ? one.start() : one.stop()));
    return () => {
      forget();
      one.stop();
      player.current = null;
    };
  }, [camera, stream, frame]);
  return { video, canvas, player, playing };
}

/** Tell when an element comes into sight, and some time after it went. */
function whileSeen(element: HTMLElement, tell: (seen: boolean) => void): () => void {
  let inView = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const look = () => {
    clearTimeout(timer);
    if (inView && !document.hidden) tell(true);
    else timer = setTimeout(() => tell(false), GRACE_MS);
  };
  const observer = new IntersectionObserver((entries) => {
    inView = entries.at(-1)?.isIntersecting ?? false;
    look();
  });
  observer.observe(element);
  document.addEventListener("visibilitychange", look);
  return () => {
    clearTimeout(timer);
    observer.disconnect();
    document.removeEventListener("visibilitychange", look);
  };
}
