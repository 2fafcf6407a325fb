import { describe, expect, it } from "vitest";
import type { Camera, Point, Rule } from "@/api/types";
import { begin, changed, redone, undone } from "@/zones/history";
import { labelsOf, newRule, toggledLabel } from "@/zones/rules";
import {
  type Drawing,
  drawingOf,
  freeId,
  insertedPoint,
  isAbout,
  movedShape,
  pointsOf,
  removedPoint,
  type Shape,
  withDrawing,
  withoutShape,
  withRule,
} from "@/zones/shapes";
import { type Act, start, step } from "@/zones/useEditor";

const square: Point[] = [
  [0.2, 0.2],
  [0.4, 0.2],
  [0.4, 0.4],
  [0.2, 0.4],
];
const yard: Shape = { kind: "zone", id: "yard", name: "Yard", polygon: square, exclude: false };
const gate: Shape = {
  kind: "line",
  id: "gate",
  name: "Gate",
  points: [
    [0, 0.5],
    [1, 0.5],
  ],
};
const nothing: Drawing = { shapes: [], rules: [] };
const play = (...acts: Act[]) => acts.reduce(step, start(nothing));

describe("shapes", () => {
  it("go to the camera and come back the same", () => {
    const camera = { id: "c", zones: [], lines: [], rules: [] } as unknown as Camera;
    const drawing = { shapes: [yard, gate], rules: [] };
    expect(drawingOf(withDrawing(camera, drawing))).toEqual(drawing);
  });

  it("keep their form when dragged against the edge", () => {
    expect(pointsOf(movedShape(yard, [-0.9, 0.1]))).toEqual([
      [0, 0.3],
      [0.2, 0.3],
      [0.2, 0.5],
      [0, 0.5],
    ]);
  });

  it("gain a corner between two, and lose it again", () => {
    const more = insertedPoint(yard, 0, [0.3, 0.1]);
    expect(pointsOf(more)[1]).toEqual([0.3, 0.1]);
    expect(removedPoint(more, 1)).toEqual(yard);
  });

  it("never lose the corners they need", () => {
    expect(removedPoint(gate, 0)).toBe(gate);
    const triangle = removedPoint(yard, 0);
    expect(removedPoint(triangle, 0)).toBe(triangle);
  });

  it("take the rules that need them along", () => {
    const crossing = newRule("crossing", "Gate", gate, nothing);
    const intrusion = newRule("intrusion", "Yard", yard, nothing);
    const drawing = { shapes: [yard, gate], rules: [crossing, intrusion] };
    expect(withoutShape(drawing, "gate")).toEqual({ shapes: [yard], rules: [intrusion] });
  });

  it.each([
    [{ zone: "yard" }, true],
    [{ line: "yard" }, true],
    [{ first: "a", second: "yard" }, true],
    [{ zone: "yard-2" }, false],
    [{ labels: ["yard"] }, false],
  ])("a rule with %j is about the yard: %s", (options, about) => {
    expect(isAbout({ options } as unknown as Rule, "yard")).toBe(about);
  });

  it("get ids that nobody has", () => {
    expect(freeId("zone", [{ id: "zone-1" }, { id: "zone-3" }])).toBe("zone-2");
  });
});

describe("the editor", () => {
  const click = (...points: Point[]): Act[] => points.map((point) => ({ do: "add", point }));
  const finish: Act = { do: "finish", id: "zone-1", name: "Zone 1" };

  it("draws a zone by clicks and chooses it", () => {
    const state = play({ do: "tool", tool: "zone" }, ...click([0, 0], [1, 0], [1, 1]), finish);
    expect(state.history.now.shapes).toEqual([
      {
        kind: "zone",
        id: "zone-1",
        name: "Zone 1",
        polygon: [
          [0, 0],
          [1, 0],
          [1, 1],
        ],
        exclude: false,
      },
    ]);
    expect([state.tool, state.selected, state.draft]).toEqual(["select", "zone-1", []]);
  });

  it("does not finish a zone of two corners", () => {
    const state = play({ do: "tool", tool: "zone" }, ...click([0, 0], [1, 0]), finish);
    expect(state.history.now.shapes).toEqual([]);
    expect(state.draft).toHaveLength(2);
  });

  it("finishes a line of two points", () => {
    const state = play({ do: "tool", tool: "line" }, ...click([0, 0], [1, 0]), finish);
    expect(state.history.now.shapes[0]?.kind).toBe("line");
  });

  it("draws masks as zones in which nothing is looked for", () => {
    const state = play({ do: "tool", tool: "exclude" }, ...click([0, 0], [1, 0], [1, 1]), finish);
    expect(state.history.now.shapes[0]).toMatchObject({ kind: "zone", exclude: true });
  });

  it("takes back the last point first, then whole changes", () => {
    const drawn: Act[] = [{ do: "tool", tool: "line" }, ...click([0, 0], [1, 0], [1, 1])];
    expect(play(...drawn, { do: "undo" }).draft).toHaveLength(2);
    const undoneState = play(...drawn, finish, { do: "undo" });
    expect(undoneState.history.now.shapes).toEqual([]);
    expect(undoneState.selected).toBeNull();
    expect(step(undoneState, { do: "redo" }).history.now.shapes).toHaveLength(1);
  });

  it("a drag is one change, made on letting go", () => {
    const first = step(start({ shapes: [yard], rules: [] }), { do: "select", id: "yard" });
    const dragging = [0.1, 0.2, 0.3].reduce<typeof first>(
      (state, x) => step(state, { do: "drag", shape: movedShape(yard, [x, 0]) }),
      first,
    );
    expect(dragging.history.past).toHaveLength(0);
    const shape = dragging.dragged ?? yard;
    const dropped = step(dragging, { do: "change", drawing: { shapes: [shape], rules: [] } });
    expect(dropped.history.past).toHaveLength(1);
    expect(dropped.dragged).toBeNull();
  });
});

describe("history", () => {
  it("undoes and redoes, and a change ends redoing", () => {
    const three = changed(changed(begin(1), 2), 3);
    expect(undone(three).now).toBe(2);
    expect(redone(undone(three))).toEqual(three);
    expect(redone(changed(undone(three), 4)).now).toBe(4);
    expect(undone(begin(1))).toEqual(begin(1));
  });
});

describe("rules", () => {
  it.each([
    [["any"], "person", ["person"]],
    [["person"], "vehicle", ["person", "vehicle"]],
    [["person", "vehicle"], "any", ["any"]],
    [["person"], "person", ["any"]],
    [["truck"], "person", ["truck", "person"]],
  ])("%j and %s make %j", (labels, label, expected) => {
    expect(toggledLabel(labels, label)).toEqual(expected);
  });

  it("are about anything when no labels are given", () => {
    expect(labelsOf({ options: {} } as unknown as Rule)).toEqual(["any"]);
  });

  it("replace their namesake", () => {
    const rule = newRule("intrusion", "Yard", yard, nothing);
    const once = withRule(nothing, rule);
    expect(withRule(once, { ...rule, enabled: false }).rules).toEqual([
      { ...rule, enabled: false },
    ]);
    expect(newRule("intrusion", "Yard", yard, once).id).toBe("intrusion-2");
  });
});
