import { useMemo, useReducer } from "react";
import type { Camera, Point } from "@/api/types";
import { begin, changed, type History, redone, undone } from "./history";
import { type Drawing, drawingOf, LEAST_POINTS, MOST_POINTS, type Shape } from "./shapes";

export type Tool = "select" | "zone" | "line" | "exclude";

export interface Editing {
  history: History<Drawing>;
  /** What the history was begun or last saved with. */
  saved: Drawing;
  tool: Tool;
  /** Points of the shape that is being drawn. */
  draft: readonly Point[];
  selected: string | null;
  /** Selected point of the selected shape. */
  point: number | null;
  /** A shape while it is being dragged; only letting go of it is a change. */
  dragged: Shape | null;
}

export type Act =
  | { do: "tool"; tool: Tool }
  | { do: "add"; point: Point }
  | { do: "cancel" }
  | { do: "finish"; name: string; id: string }
  | { do: "select"; id: string | null; point?: number | null }
  | { do: "drag"; shape: Shape | null }
  | { do: "change"; drawing: Drawing }
  | { do: "undo" }
  | { do: "redo" }
  | { do: "saved"; drawing: Drawing }
  | { do: "restart"; drawing: Drawing };

export function start(drawing: Drawing): Editing {
  return {
    history: begin(drawing),
    saved: drawing,
    tool: "select",
    draft: [],
    selected: null,
    point: null,
    dragged: null,
  };
}

export function step(state: Editing, act: Act): Editing {
  switch (act.do) {
    case "tool":
      return { ...state, tool: act.tool, draft: [], selected: null, point: null };
    case "add":
      return { ...state, draft: [...state.draft, act.point].slice(0, MOST_POINTS) };
    case "cancel":
      return { ...state, tool: "select", draft: [], point: null, dragged: null };
    case "finish":
      return finished(state, act.name, act.id);
    case "select":
      return { ...state, selected: act.id, point: act.point ?? null };
    case "drag":
      return { ...state, dragged: act.shape };
    case "change":
      return kept({ ...state, history: changed(state.history, act.drawing), dragged: null });
    case "undo":
      return undoneStep(state);
    case "redo":
      return kept({ ...state, history: redone(state.history) });
    case "saved":
      return { ...state, saved: act.drawing };
    case "restart":
      return { ...start(act.drawing), tool: state.tool };
  }
}

/** While drawing, undo takes back the last point. */
function undoneStep(state: Editing): Editing {
  if (state.draft.length > 0) return { ...state, draft: state.draft.slice(0, -1) };
  return kept({ ...state, history: undone(state.history) });
}

/** A selection of something that is gone is none. */
function kept(state: Editing): Editing {
  const there = state.history.now.shapes.some((shape) => shape.id === state.selected);
  return there ? state : { ...state, selected: null, point: null };
}

function finished(state: Editing, name: string, id: string): Editing {
  const kind = state.tool === "line" ? "line" : "zone";
  if (state.tool === "select" || state.draft.length < LEAST_POINTS[kind]) return state;
  const points = [...state.draft];
  const shape: Shape =
    kind === "line"
      ? { kind, id, name, points }
      : { kind, id, name, polygon: points, exclude: state.tool === "exclude" };
  const { now } = state.history;
  const drawing = { ...now, shapes: [...now.shapes, shape] };
  const history = changed(state.history, drawing);
  return { ...state, history, tool: "select", draft: [], selected: id, point: null };
}

/** The editor of a camera's zones; what the server says meanwhile does not disturb it. */
export function useEditor(camera: Camera) {
  const [state, act] = useReducer(step, camera, (first) => start(drawingOf(first)));
  const { now } = state.history;
  const selected = useMemo(
    () => now.shapes.find((shape) => shape.id === state.selected) ?? null,
    [now, state.selected],
  );
  return { state, act, drawing: now, selected, unsaved: now !== state.saved };
}

export type Editor = ReturnType<typeof useEditor>;
