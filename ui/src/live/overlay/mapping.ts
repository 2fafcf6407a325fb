// From fractions of the picture to pixels of the canvas that lies over it.
import type { Point, Region } from "@/api/types";

export interface Rect {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Where a picture of that size lies in a box, whole and centred, as `object-fit: contain` does. */
export function fitInside(
  boxWidth: number,
  boxHeight: number,
  width: number,
  height: number,
): Rect {
  if (!(boxWidth > 0 && boxHeight > 0 && width > 0 && height > 0)) {
    return { x: 0, y: 0, width: boxWidth, height: boxHeight };
  }
  const scale = Math.min(boxWidth / width, boxHeight / height);
  const shown = { width: width * scale, height: height * scale };
  return { x: (boxWidth - shown.width) / 2, y: (boxHeight - shown.height) / 2, ...shown };
}

export function toPixels([x, y]: Point, picture: Rect): Point {
  return [picture.x + x * picture.width, picture.y + y * picture.height];
}

export function boxToPixels(box: Region, picture: Rect): Rect {
  const [x, y] = toPixels([box[0], box[1]], picture);
  return {
    x,
    y,
    width: (box[2] - box[0]) * picture.width,
    height: (box[3] - box[1]) * picture.height,
  };
}

/** The fraction under a pixel, held inside the picture. */
export function toFraction([x, y]: Point, picture: Rect): Point {
  const inside = (value: number) => Math.min(1, Math.max(0, value));
  return [inside((x - picture.x) / picture.width), inside((y - picture.y) / picture.height)];
}
