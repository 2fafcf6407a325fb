import { type PointerEvent, useRef } from "react";
import type { Point } from "@/api/types";
import {
  insertedPoint,
  movedPoint,
  movedShape,
  removedPoint,
  type Shape,
  withShape,
} from "./shapes";
import type { Editor } from "./useEditor";

interface Grip {
  shape: Shape;
  /** Null drags all of it. */
  point: number | null;
  from: Point;
  moved: boolean;
}

export interface Drag {
  body: (shape: Shape, event: PointerEvent) => void;
  corner: (shape: Shape, point: number, event: PointerEvent) => void;
  /** A new corner between this one and the next, at once in hand. */
  middle: (shape: Shape, after: number, event: PointerEvent) => void;
  remove: (shape: Shape, point: number) => void;
  move: (event: PointerEvent) => void;
  drop: () => void;
}

/** Dragging shapes and corners; one drag is one change that can be undone. */
export function useDrag(
  editor: Editor,
  mayEdit: boolean,
  at: (event: PointerEvent) => Point,
): Drag {
  const grip = useRef<Grip | null>(null);
  const { state, act, drawing } = editor;
  const take = (shape: Shape, point: number | null, event: PointerEvent) => {
    if (event.button !== 0 || state.tool !== "select") return;
    event.stopPropagation();
    act({ do: "select", id: shape.id, point });
    if (!mayEdit) return;
    event.currentTarget.closest("svg")?.setPointerCapture(event.pointerId);
    grip.current = { shape, point, from: at(event), moved: false };
  };
  return {
    body: (shape, event) => take(shape, null, event),
    corner: take,
    middle: (shape, after, event) => {
      take(insertedPoint(shape, after, at(event)), after + 1, event);
    },
    remove: (shape, point) => {
      if (mayEdit) act({ do: "change", drawing: withShape(drawing, removedPoint(shape, point)) });
    },
    move: (event) => {
      const held = grip.current;
      if (!held) return;
      held.moved = true;
      act({ do: "drag", shape: movedTo(held, at(event)) });
    },
    drop: () => {
      const held = grip.current;
      grip.current = null;
      if (held?.moved && state.dragged) {
        act({ do: "change", drawing: withShape(drawing, state.dragged) });
      }
    },
  };
}

function movedTo({ shape, point, from }: Grip, to: Point): Shape {
  if (point !== null) return movedPoint(shape, point, to);
  return movedShape(shape, [to[0] - from[0], to[1] - from[1]]);
}
