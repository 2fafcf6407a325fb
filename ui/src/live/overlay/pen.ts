// The strokes every overlay is made of; positions are pixels of the canvas.
import type { Point } from "@/api/types";
import type { Rect } from "./mapping";

export type Pen = CanvasRenderingContext2D;
const FONT = 'system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif';

export function path(pen: Pen, points: readonly Point[], closed: boolean): void {
  pen.beginPath();
  points.forEach(([x, y], index) => {
    if (index === 0) pen.moveTo(x, y);
    else pen.lineTo(x, y);
  });
  if (closed) pen.closePath();
}

/** A stroke with a dark edge, so that it shows on snow as well as at night. */
export function stroke(pen: Pen, colour: string, width: number): void {
  pen.lineJoin = "round";
  pen.lineCap = "round";
  const alpha = pen.globalAlpha;
  pen.globalAlpha = alpha * 0.45;
  pen.strokeStyle = "#000";
  pen.lineWidth = width + 2;
  pen.stroke();
  pen.globalAlpha = alpha;
  pen.strokeStyle = colour;
  pen.lineWidth = width;
  pen.stroke();
}

export interface Tag {
  text: string;
  x: number;
  y: number;
  colour: string;
  size: number;
  /** Where `y` is: at the tag's foot or at its head. */
  hang: "above" | "below";
}

/** Words on a plate of the colour, kept inside the picture. */
export function tag(pen: Pen, { text, x, y, colour, size, hang }: Tag, picture: Rect): void {
  pen.font = `600 ${size}px ${FONT}`;
  const width = pen.measureText(text).width + size * 0.8;
  const height = size * 1.5;
  const left = Math.min(Math.max(x, picture.x), picture.x + picture.width - width);
  const wanted = hang === "above" ? y - height : y;
  const top = Math.min(Math.max(wanted, picture.y), picture.y + picture.height - height);
  pen.fillStyle = colour;
  pen.beginPath();
  pen.roundRect(left, top, width, height, 3);
  pen.fill();
  pen.fillStyle = "#0b0f14";
  pen.textBaseline = "middle";
  pen.fillText(text, left + size * 0.4, top + height / 2 + 0.5);
}

/** Words with a dark edge and nothing behind. */
export function words(pen: Pen, text: string, [x, y]: Point, colour: string, size: number): void {
  pen.font = `600 ${size}px ${FONT}`;
  pen.textBaseline = "middle";
  pen.textAlign = "center";
  pen.lineJoin = "round";
  pen.strokeStyle = "rgba(0, 0, 0, 0.65)";
  pen.lineWidth = 3;
  pen.strokeText(text, x, y);
  pen.fillStyle = colour;
  pen.fillText(text, x, y);
  pen.textAlign = "start";
}

export function arrow(pen: Pen, from: Point, to: Point, colour: string): void {
  const angle = Math.atan2(to[1] - from[1], to[0] - from[0]);
  const wing = (turn: number): Point => [
    to[0] - 7 * Math.cos(angle + turn),
    to[1] - 7 * Math.sin(angle + turn),
  ];
  path(pen, [from, to], false);
  stroke(pen, colour, 2);
  path(pen, [wing(0.5), to, wing(-0.5)], false);
  stroke(pen, colour, 2);
}
