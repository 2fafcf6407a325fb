import { type RefObject, useEffect, useRef, useState } from "react";
import { pan, toTime, toX, type View, zoom } from "./scale";

/** So far a finger or mouse may slip before it is a drag and no click. */
const SLIP_PX = 4;
const GRIP_PX = 9;
const WHEEL = 0.0016;

export interface Pointing {
  view: View;
  selection: View | null;
  onView: (view: View) => void;
  onSelection: (selection: View) => void;
  onClick: (x: number, y: number) => void;
}

export interface Hover {
  x: number;
  y: number;
}

type Grip = "view" | "from" | "until";

interface Drag {
  grip: Grip;
  startX: number;
  view: View;
  moved: boolean;
}

/** Wheel and pinch zoom, dragging moves the view or a handle, a click is a click. */
export function usePointer(
  canvas: RefObject<HTMLCanvasElement | null>,
  pointing: Pointing,
): Hover | null {
  const newest = useRef(pointing);
  newest.current = pointing;
  const [hover, setHover] = useState<Hover | null>(null);
  useEffect(() => {
    const element = canvas.current;
    if (!element) return;
    const hand = new Hand(element, newest, setHover);
    return () => hand.close();
  }, [canvas]);
  return hover;
}

class Hand {
  private readonly touches = new Map<number, number>();
  private drag: Drag | null = null;
  private spread: { distance: number; view: View } | null = null;
  private readonly ending = new AbortController();
  private readonly element: HTMLCanvasElement;
  private readonly pointing: RefObject<Pointing>;
  private readonly tell: (hover: Hover | null) => void;

  constructor(
    element: HTMLCanvasElement,
    pointing: RefObject<Pointing>,
    tell: (hover: Hover | null) => void,
  ) {
    this.element = element;
    this.pointing = pointing;
    this.tell = tell;
    const how = { signal: this.ending.signal };
    element.addEventListener("wheel", (event) => this.wheel(event), { ...how, passive: false });
    element.addEventListener("pointerdown", (event) => this.down(event), how);
    element.addEventListener("pointermove", (event) => this.move(event), how);
    element.addEventListener("pointerup", (event) => this.up(event, true), how);
    element.addEventListener("pointercancel", (event) => this.up(event, false), how);
    element.addEventListener("pointerleave", () => this.tell(null), how);
  }

  close(): void {
    this.ending.abort();
  }

  private get width(): number {
    return Math.max(1, this.element.clientWidth);
  }

  private wheel(event: WheelEvent): void {
    event.preventDefault();
    const { view, onView } = this.pointing.current;
    const { x } = this.place(event);
    const sideways = Math.abs(event.deltaX) > Math.abs(event.deltaY) || event.shiftKey;
    if (sideways) {
      const by = (event.deltaX || event.deltaY) / this.width;
      return onView(pan(view, by * (view.untilUs - view.fromUs)));
    }
    const lines = event.deltaMode === 1 ? 16 : 1;
    const factor = Math.exp(-event.deltaY * lines * WHEEL);
    onView(zoom(view, factor, toTime(view, this.width, x)));
  }

  private down(event: PointerEvent): void {
    if (event.button !== 0) return;
    this.element.setPointerCapture(event.pointerId);
    const { x } = this.place(event);
    this.touches.set(event.pointerId, x);
    const { view } = this.pointing.current;
    if (this.touches.size === 2) {
      this.drag = null;
      this.spread = { distance: this.distance(), view };
      return;
    }
    this.drag = { grip: this.gripAt(x), startX: x, view, moved: false };
  }

  private move(event: PointerEvent): void {
    const place = this.place(event);
    this.tell(place);
    this.element.style.cursor = this.cursor(place.x);
    if (this.touches.has(event.pointerId)) this.touches.set(event.pointerId, place.x);
    if (this.spread && this.touches.size === 2) return this.pinch(this.spread);
    const { drag } = this;
    if (!drag) return;
    drag.moved ||= Math.abs(place.x - drag.startX) > SLIP_PX;
    if (drag.moved) this.pull(drag, place.x);
  }

  private up(event: PointerEvent, clicked: boolean): void {
    this.touches.delete(event.pointerId);
    if (this.touches.size < 2) this.spread = null;
    const { drag } = this;
    this.drag = null;
    if (!clicked || !drag || drag.moved || drag.grip !== "view") return;
    const { x, y } = this.place(event);
    this.pointing.current.onClick(x, y);
  }

  private pull(drag: Drag, x: number): void {
    const { view, selection, onView, onSelection } = this.pointing.current;
    if (drag.grip === "view") {
      const span = drag.view.untilUs - drag.view.fromUs;
      return onView(pan(drag.view, ((drag.startX - x) / this.width) * span));
    }
    if (!selection) return;
    const tUs = toTime(view, this.width, x);
    const least = 1e6;
    if (drag.grip === "from") {
      onSelection({ ...selection, fromUs: Math.min(tUs, selection.untilUs - least) });
    } else onSelection({ ...selection, untilUs: Math.max(tUs, selection.fromUs + least) });
  }

  private pinch(spread: { distance: number; view: View }): void {
    const [one = 0, other = 0] = [...this.touches.values()];
    const middle = toTime(spread.view, this.width, (one + other) / 2);
    const factor = this.distance() / Math.max(10, spread.distance);
    this.pointing.current.onView(zoom(spread.view, factor, middle));
  }

  private distance(): number {
    const [one = 0, other = 0] = [...this.touches.values()];
    return Math.abs(one - other);
  }

  private gripAt(x: number): Grip {
    const { view, selection } = this.pointing.current;
    if (!selection) return "view";
    const from = Math.abs(toX(view, this.width, selection.fromUs) - x);
    const until = Math.abs(toX(view, this.width, selection.untilUs) - x);
    if (Math.min(from, until) > GRIP_PX) return "view";
    return from < until ? "from" : "until";
  }

  private cursor(x: number): string {
    const grip = this.drag?.grip ?? this.gripAt(x);
    if (grip !== "view") return "ew-resize";
    return this.drag?.moved ? "grabbing" : "crosshair";
  }

  private place(event: MouseEvent): Hover {
    const frame = this.element.getBoundingClientRect();
    return { x: event.clientX - frame.left, y: event.clientY - frame.top };
  }
}
