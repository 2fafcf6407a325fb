import { useElementSize } from "@mantine/hooks";
import type { PointerEvent } from "react";
import type { Point } from "@/api/types";
import { directionsOf } from "@/live/overlay/areas";
import { toFraction } from "@/live/overlay/mapping";
import { DraftLook, ShapeLook } from "./ShapeLook";
import type { Shape } from "./shapes";
import { useDrag } from "./useDrag";
import type { Editor } from "./useEditor";
import classes from "./Zones.module.css";

interface BoardProps {
  editor: Editor;
  /** Whether anything may be changed. */
  mayEdit: boolean;
  label: string;
  onFinish: () => void;
}

/** Where shapes are drawn, dragged and chosen, lying over the picture. */
export function Board({ editor, mayEdit, label, onFinish }: BoardProps) {
  const { ref, width, height } = useElementSize<HTMLDivElement>();
  const { state, act, drawing } = editor;
  const picture = { x: 0, y: 0, width, height };
  const at = (event: PointerEvent): Point => {
    const box = event.currentTarget.closest("svg")?.getBoundingClientRect();
    return toFraction([event.clientX - (box?.left ?? 0), event.clientY - (box?.top ?? 0)], picture);
  };
  const drag = useDrag(editor, mayEdit, at);
  const busy = state.tool !== "select";
  const press = (event: PointerEvent<SVGSVGElement>) => {
    if (event.button !== 0) return;
    if (!busy) {
      if (event.target === event.currentTarget) act({ do: "select", id: null });
      return;
    }
    const point = at(event);
    const first = state.draft[0];
    if (first && state.tool !== "line" && isNear(first, point, picture)) onFinish();
    else act({ do: "add", point });
  };
  const directions = directionsOf(drawing.rules);
  return (
    <div ref={ref} className={classes.board}>
      <svg
        className={classes.board}
        data-tool={state.tool}
        role="application"
        aria-label={label}
        onPointerDownCapture={leaveFields}
        onPointerDown={press}
        onPointerMove={drag.move}
        onPointerUp={drag.drop}
        onPointerCancel={drag.drop}
        onDoubleClick={() => busy && onFinish()}
      >
        <title>{label}</title>
        {width > 0 &&
          chosenLast(drawing.shapes, state.selected).map((shape) => (
            <ShapeLook
              key={shape.id}
              shape={state.dragged?.id === shape.id ? state.dragged : shape}
              picture={picture}
              selected={state.selected === shape.id}
              point={state.selected === shape.id ? state.point : null}
              direction={directions.get(shape.id) ?? null}
              idle={busy}
              drag={drag}
            />
          ))}
        {state.draft.length > 0 && (
          <DraftLook points={state.draft} picture={picture} line={state.tool === "line"} />
        )}
      </svg>
    </div>
  );
}

/** Keys are for the picture from now on, not for the field that was typed in. */
function leaveFields(): void {
  if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
}

const NEAR_PX = 14;

function isNear(one: Point, other: Point, picture: { width: number; height: number }): boolean {
  const dx = (one[0] - other[0]) * picture.width;
  const dy = (one[1] - other[1]) * picture.height;
  return Math.hypot(dx, dy) <= NEAR_PX;
}

/** The chosen one lies on top, so that its handles can be taken hold of. */
function chosenLast(shapes: readonly Shape[], chosen: string | null): readonly Shape[] {
  return [...shapes].sort((one, other) => Number(one.id === chosen) - Number(other.id === chosen));
}
