import type { Point } from "@/api/types";
import { useCommands, useKeys } from "@/app/keys";
import { movedPoint, movedShape, pointsOf, removedPoint, withoutShape, withShape } from "./shapes";
import type { Editor } from "./useEditor";

const NUDGE = 0.002;
const ARROWS: Readonly<Record<string, Point>> = {
  ArrowLeft: [-NUDGE, 0],
  ArrowRight: [NUDGE, 0],
  ArrowUp: [0, -NUDGE],
  ArrowDown: [0, NUDGE],
};

/** The keys of the editor: finish, cancel, delete, nudge, undo and redo. */
export function useEditorKeys(editor: Editor, mayEdit: boolean, finish: () => void): void {
  const { state, act } = editor;
  const nudge = (by: Point) => () => nudged(editor, by);
  useKeys(
    {
      Enter: () => state.tool !== "select" && finish(),
      Escape: () => act(state.tool === "select" ? { do: "select", id: null } : { do: "cancel" }),
      Delete: () => removed(editor),
      Backspace: () => removed(editor),
      ...Object.fromEntries(Object.entries(ARROWS).map(([key, by]) => [key, nudge(by)])),
    },
    mayEdit,
  );
  const undo = () => act({ do: "undo" });
  const redo = () => act({ do: "redo" });
  useCommands({ z: undo, y: redo, "shift z": redo }, mayEdit);
}

/** Delete the chosen corner, else the chosen shape. */
function removed({ state, act, drawing, selected }: Editor): void {
  if (!selected) return;
  const shape = state.point === null ? null : removedPoint(selected, state.point);
  const next = shape ? withShape(drawing, shape) : withoutShape(drawing, selected.id);
  act({ do: "change", drawing: next });
  if (shape) act({ do: "select", id: selected.id });
}

function nudged({ state, act, drawing, selected }: Editor, by: Point): void {
  if (!selected) return;
  const point = state.point === null ? undefined : pointsOf(selected)[state.point];
  const shape =
    point && state.point !== null
      ? movedPoint(selected, state.point, [point[0] + by[0], point[1] + by[1]])
      : movedShape(selected, by);
  act({ do: "change", drawing: withShape(drawing, shape) });
}
