// Zones and lines of a camera, as they lie over its picture.
import type { Camera, Line, Point, Rule, Zone } from "@/api/types";
import { ALARM_COLOUR, LINE_COLOUR, ZONE_COLOUR } from "./colours";
import { type Rect, toPixels } from "./mapping";
import { arrow, type Pen, path, stroke, words } from "./pen";

export type Direction = "left" | "right" | "both";

/** What is drawn of a camera's configuration; `alarmed` holds ids of zones and lines in alarm. */
export interface Areas {
  zones: readonly Zone[];
  lines: readonly Line[];
  directions: ReadonlyMap<string, Direction>;
  alarmed: ReadonlySet<string>;
}

/** A camera's areas with the direction its rules give each line. */
export function areasOf(camera: Camera, alarmedRule: string | null): Areas {
  const alarmed = camera.rules.find((rule) => rule.id === alarmedRule)?.options ?? {};
  const ids = [alarmed.line, alarmed.zone].filter((id) => typeof id === "string");
  return {
    zones: camera.zones,
    lines: camera.lines,
    directions: directionsOf(camera.rules),
    alarmed: new Set(ids),
  };
}

/** The direction in which each line is looked at; lines without a rule have none. */
export function directionsOf(rules: readonly Rule[]): Map<string, Direction> {
  const directions = new Map<string, Direction>();
  for (const { options } of rules) {
    const line = options?.line;
    if (typeof line !== "string") continue;
    const told = options?.direction;
    const direction = told === "left" || told === "right" ? told : "both";
    const known = directions.get(line) ?? direction;
    directions.set(line, known === direction ? direction : "both");
  }
  return directions;
}

export function drawAreas(pen: Pen, areas: Areas, picture: Rect, size: number): void {
  for (const zone of areas.zones) drawZone(pen, zone, picture, size, areas.alarmed.has(zone.id));
  for (const line of areas.lines) {
    const direction = areas.directions.get(line.id) ?? null;
    drawLine(pen, line, { picture, size, direction, alarmed: areas.alarmed.has(line.id) });
  }
}

function drawZone(pen: Pen, zone: Zone, picture: Rect, size: number, alarmed: boolean): void {
  const points = zone.polygon.map((point) => toPixels(point, picture));
  const colour = alarmed ? ALARM_COLOUR : zone.exclude ? "#8592a0" : ZONE_COLOUR;
  path(pen, points, true);
  pen.save();
  pen.globalAlpha *= alarmed ? 0.28 : zone.exclude ? 0.3 : 0.13;
  pen.fillStyle = zone.exclude ? hatch(pen, colour) : colour;
  pen.fill();
  pen.restore();
  pen.save();
  if (zone.exclude) pen.setLineDash([5, 5]);
  stroke(pen, colour, 1.5);
  pen.restore();
  words(pen, zone.name, under(points, size), colour, size);
}

function drawLine(
  pen: Pen,
  line: Line,
  look: { picture: Rect; size: number; direction: Direction | null; alarmed: boolean },
): void {
  const points = line.points.map((point) => toPixels(point, look.picture));
  const colour = look.alarmed ? ALARM_COLOUR : LINE_COLOUR;
  path(pen, points, false);
  stroke(pen, colour, 2.5);
  const [at, normal] = along(points, 0.5);
  const tip = (turn: number): Point => [
    at[0] + normal[0] * 22 * turn,
    at[1] + normal[1] * 22 * turn,
  ];
  // Seen along the line its left is at normal +1.
  if (look.direction === "left" || look.direction === "both") arrow(pen, at, tip(1), colour);
  if (look.direction === "right" || look.direction === "both") arrow(pen, at, tip(-1), colour);
  words(pen, line.name, along(points, 0.2)[0], colour, look.size);
}

/** The point so far along a polyline, and the unit vector to its left there. */
export function along(points: readonly Point[], share: number): [Point, Point] {
  const lengths = points.slice(1).map((point, index) => distance(points[index] ?? point, point));
  let left = lengths.reduce((sum, length) => sum + length, 0) * share;
  for (const [index, length] of lengths.entries()) {
    const from = points[index] ?? [0, 0];
    const to = points[index + 1] ?? from;
    if (length > 0 && left <= length) {
      const part = left / length;
      const at: Point = [from[0] + (to[0] - from[0]) * part, from[1] + (to[1] - from[1]) * part];
      return [at, [(to[1] - from[1]) / length, -(to[0] - from[0]) / length]];
    }
    left -= length;
  }
  return [points[0] ?? [0, 0], [0, -1]];
}

function distance(one: Point, other: Point): number {
  return Math.hypot(other[0] - one[0], other[1] - one[1]);
}

/** Where an area's name stands: below its upper edge, so that it hides nobody in the middle. */
function under(points: readonly Point[], size: number): Point {
  const x = points.reduce((sum, point) => sum + point[0], 0) / points.length;
  return [x, Math.min(...points.map((point) => point[1])) + size * 1.4];
}

function hatch(pen: Pen, colour: string): CanvasPattern | string {
  const tile = document.createElement("canvas");
  tile.width = 8;
  tile.height = 8;
  const brush = tile.getContext("2d");
  if (!brush) return colour;
  brush.strokeStyle = colour;
  brush.lineWidth = 1.5;
  brush.beginPath();
  brush.moveTo(0, 8);
  brush.lineTo(8, 0);
  brush.stroke();
  return pen.createPattern(tile, "repeat") ?? colour;
}
