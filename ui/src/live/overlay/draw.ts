// One frame of an overlay.

import type { Point } from "@/api/types";
import type { Layer } from "@/app/preferences";
import { type Areas, drawAreas } from "./areas";
import { colourOf, MOTION_COLOUR } from "./colours";
import { boxToPixels, type Rect, toPixels } from "./mapping";
import type { Heard } from "./observations";
import { type Pen, stroke, tag } from "./pen";
import { type Figure, type Scene, sceneAt, trailsAt } from "./scene";

const TRAIL_US = 3_000_000;

export interface Frame {
  areas: Areas;
  heard: readonly Heard[];
  /** Time of the picture on the screen; null while there is none. */
  tUs: number | null;
  nowMs: number;
  picture: Rect;
  layers: Record<Layer, boolean>;
  /** What a label is called in the chosen language. */
  name: (label: string) => string;
}

/** Draw it; whether anything on it moves by itself and wants drawing again soon. */
export function drawFrame(pen: Pen, frame: Frame): boolean {
  const size = Math.min(14, Math.max(10, frame.picture.width / 45));
  if (frame.layers.zones) drawAreas(pen, frame.areas, frame.picture, size);
  if (frame.tUs === null) return false;
  const scene = sceneAt(frame.heard, frame.tUs, frame.nowMs);
  if (scene.strength <= 0) return false;
  pen.save();
  pen.globalAlpha = scene.strength;
  if (frame.layers.motion) drawMotion(pen, scene, frame.picture);
  if (frame.layers.trails) drawTrails(pen, frame, scene);
  if (frame.layers.boxes) {
    for (const figure of scene.figures) drawFigure(pen, figure, frame, size);
  }
  pen.restore();
  return scene.figures.length > 0 || scene.strength < 1;
}

function drawMotion(pen: Pen, scene: Scene, picture: Rect): void {
  pen.save();
  pen.setLineDash([3, 4]);
  pen.strokeStyle = MOTION_COLOUR;
  pen.lineWidth = 1;
  for (const box of scene.motion) {
    const { x, y, width, height } = boxToPixels(box, picture);
    pen.strokeRect(x, y, width, height);
  }
  pen.restore();
}

function drawTrails(pen: Pen, frame: Frame, scene: Scene): void {
  const trails = trailsAt(frame.heard, frame.tUs ?? 0, TRAIL_US);
  for (const { track, box } of scene.figures) {
    const feet = (trails.get(track.id) ?? []).map((point) => toPixels(point, frame.picture));
    feet.push(toPixels([(box[0] + box[2]) / 2, box[3]], frame.picture));
    drawTrail(pen, feet, colourOf(track.label));
  }
}

function drawTrail(pen: Pen, feet: readonly Point[], colour: string): void {
  pen.save();
  const strength = pen.globalAlpha;
  pen.strokeStyle = colour;
  pen.lineWidth = 2;
  pen.lineCap = "round";
  for (let i = 1; i < feet.length; i += 1) {
    const from = feet[i - 1];
    const to = feet[i];
    if (!from || !to) continue;
    pen.globalAlpha = strength * 0.85 * (i / feet.length);
    pen.beginPath();
    pen.moveTo(from[0], from[1]);
    pen.lineTo(to[0], to[1]);
    pen.stroke();
  }
  pen.restore();
}

function drawFigure(pen: Pen, { track, box }: Figure, frame: Frame, size: number): void {
  const { x, y, width, height } = boxToPixels(box, frame.picture);
  const colour = colourOf(track.label);
  pen.save();
  // Not seen just now: where the tracker believes it is.
  if (track.state === "lost") {
    pen.globalAlpha *= 0.5;
    pen.setLineDash([4, 4]);
  }
  pen.beginPath();
  pen.roundRect(x, y, width, height, 3);
  stroke(pen, colour, 2);
  pen.setLineDash([]);
  const text = `${frame.name(track.label)} ${Math.round(track.score * 100)}`;
  tag(pen, { text, x: x - 1, y: y - 2, colour, size: size * 0.9, hang: "above" }, frame.picture);
  pen.restore();
}
