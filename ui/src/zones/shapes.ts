// The zones, lines and rules of a camera while they are being edited; every change is a new value.
import type { Camera, Line, Point, Rule, Zone } from "@/api/types";

export interface ZoneShape extends Zone {
  kind: "zone";
}
export interface LineShape extends Line {
  kind: "line";
}
export type Shape = ZoneShape | LineShape;

export interface Drawing {
  shapes: readonly Shape[];
  rules: readonly Rule[];
}

export const LEAST_POINTS = { zone: 3, line: 2 } as const;
export const MOST_POINTS = 64;
/** Options of rules that name a zone or a line. */
const REFERENCES = ["zone", "line", "first", "second", "into"] as const;

export function drawingOf(camera: Camera): Drawing {
  return {
    shapes: [
      ...camera.zones.map((zone): Shape => ({ kind: "zone", ...zone })),
      ...camera.lines.map((line): Shape => ({ kind: "line", ...line })),
    ],
    rules: camera.rules,
  };
}

/** The camera with what was drawn. */
export function withDrawing(camera: Camera, { shapes, rules }: Drawing): Camera {
  const zones = shapes.flatMap((shape) => (shape.kind === "zone" ? [zoneOf(shape)] : []));
  const lines = shapes.flatMap((shape) => (shape.kind === "line" ? [lineOf(shape)] : []));
  return { ...camera, zones, lines, rules: [...rules] };
}

function zoneOf({ id, name, polygon, exclude }: ZoneShape): Zone {
  return { id, name, polygon, exclude };
}

function lineOf({ id, name, points }: LineShape): Line {
  return { id, name, points };
}

export function pointsOf(shape: Shape): readonly Point[] {
  return shape.kind === "zone" ? shape.polygon : shape.points;
}

export function withPoints(shape: Shape, points: readonly Point[]): Shape {
  return shape.kind === "zone"
    ? { ...shape, polygon: [...points] }
    : { ...shape, points: [...points] };
}

/** Whether the shape may do without one of its points. */
export function canLosePoint(shape: Shape): boolean {
  return pointsOf(shape).length > LEAST_POINTS[shape.kind];
}

export function movedPoint(shape: Shape, index: number, to: Point): Shape {
  return withPoints(
    shape,
    pointsOf(shape).map((point, at) => (at === index ? inside(to) : point)),
  );
}

/** All of it moved, held inside the picture so that its form is kept. */
export function movedShape(shape: Shape, by: Point): Shape {
  const points = pointsOf(shape);
  const limit = (axis: 0 | 1) => {
    const values = points.map((point) => point[axis]);
    return Math.min(1 - Math.max(...values), Math.max(-Math.min(...values), by[axis]));
  };
  const [dx, dy] = [limit(0), limit(1)];
  return withPoints(
    shape,
    points.map(([x, y]) => inside([x + dx, y + dy])),
  );
}

/** With one more point after the point `index`. */
export function insertedPoint(shape: Shape, index: number, point: Point): Shape {
  const points = [...pointsOf(shape)];
  if (points.length < MOST_POINTS) points.splice(index + 1, 0, inside(point));
  return withPoints(shape, points);
}

export function removedPoint(shape: Shape, index: number): Shape {
  if (!canLosePoint(shape)) return shape;
  return withPoints(
    shape,
    pointsOf(shape).filter((_, at) => at !== index),
  );
}

/** The drawing with this shape in the place of its namesake, or at the end. */
export function withShape(drawing: Drawing, shape: Shape): Drawing {
  const known = drawing.shapes.some((one) => one.id === shape.id);
  const shapes = known
    ? drawing.shapes.map((one) => (one.id === shape.id ? shape : one))
    : [...drawing.shapes, shape];
  return { ...drawing, shapes };
}

/** Without a shape, and without the rules that cannot be without it. */
export function withoutShape(drawing: Drawing, id: string): Drawing {
  return {
    shapes: drawing.shapes.filter((shape) => shape.id !== id),
    rules: drawing.rules.filter((rule) => !isAbout(rule, id)),
  };
}

export function withRule(drawing: Drawing, rule: Rule): Drawing {
  const known = drawing.rules.some((one) => one.id === rule.id);
  const rules = known
    ? drawing.rules.map((one) => (one.id === rule.id ? rule : one))
    : [...drawing.rules, rule];
  return { ...drawing, rules };
}

export function withoutRule(drawing: Drawing, id: string): Drawing {
  return { ...drawing, rules: drawing.rules.filter((rule) => rule.id !== id) };
}

/** Whether a rule names this zone or line. */
export function isAbout(rule: Rule, id: string): boolean {
  return REFERENCES.some((option) => rule.options?.[option] === id);
}

/** The first of `stem-1`, `stem-2` … that nobody has; ids are never used twice at a time. */
export function freeId(stem: string, taken: readonly { id: string }[]): string {
  const ids = new Set(taken.map((one) => one.id));
  let number = 1;
  while (ids.has(`${stem}-${number}`)) number += 1;
  return `${stem}-${number}`;
}

/** Five digits are a hundredth of a pixel; more only make files long. */
function inside([x, y]: Point): Point {
  const hold = (value: number) => Math.round(Math.min(1, Math.max(0, value)) * 1e5) / 1e5;
  return [hold(x), hold(y)];
}
