import { useKeys } from "@/app/keys";
import type { Conductor } from "./player/conductor";

const SHORT_US = 5_000_000;
const LONG_US = 60_000_000;

export interface Acts {
  conductor: Conductor;
  toEvent: (direction: 1 | -1) => void;
  zoomBy: (factor: number) => void;
  camera: (number: number) => void;
  exportIt: () => void;
  mark: (edge: "from" | "until") => void;
  boxes: () => void;
  full: () => void;
  mute: () => void;
}

/** All keys of the page; each row is also a line of the help. */
export function usePlaybackKeys(acts: Acts, enabled: boolean): void {
  const { conductor } = acts;
  const by = (us: number) => () => conductor.seek(conductor.read().tUs + us);
  const cameras = [1, 2, 3, 4, 5, 6, 7, 8, 9].map((number) => [
    String(number),
    () => acts.camera(number),
  ]);
  useKeys(
    {
      ...Object.fromEntries(cameras),
      " ": () => conductor.toggle(),
      k: () => conductor.pause(),
      j: () => conductor.shuttle(-1),
      l: () => conductor.shuttle(1),
      ArrowLeft: by(-SHORT_US),
      ArrowRight: by(SHORT_US),
      "shift ArrowLeft": by(-LONG_US),
      "shift ArrowRight": by(LONG_US),
      ",": () => conductor.step(-1),
      ".": () => conductor.step(1),
      n: () => acts.toEvent(1),
      p: () => acts.toEvent(-1),
      "+": () => acts.zoomBy(2),
      "=": () => acts.zoomBy(2),
      "-": () => acts.zoomBy(0.5),
      "[": () => acts.mark("from"),
      "]": () => acts.mark("until"),
      e: acts.exportIt,
      b: acts.boxes,
      f: acts.full,
      m: acts.mute,
    },
    enabled,
  );
}

/** What the help shows: keys, and the sentence's name in the texts. */
export const KEY_ROWS = [
  ["Space", "play"],
  ["J K L", "shuttle"],
  ["← →", "short"],
  ["⇧← ⇧→", "long"],
  [", .", "frame"],
  ["P N", "event"],
  ["+ −", "zoom"],
  ["1–9", "camera"],
  ["[ ]", "edges"],
  ["E", "export"],
  ["B", "boxes"],
  ["M", "mute"],
  ["F", "full"],
] as const;
