import { describe, expect, it } from "vitest";
import type { Camera, Point, Region } from "@/api/types";
import { along, areasOf } from "@/live/overlay/areas";
import { boxToPixels, fitInside, toFraction, toPixels } from "@/live/overlay/mapping";
import { Observations } from "@/live/overlay/observations";
import { sceneAt, spacingMs, strengthOf, trailsAt } from "@/live/overlay/scene";
import type { Observation, Track } from "@/socket/messages";

const track = (id: string, box: Region, rest: Partial<Track> = {}): Track => ({
  id,
  label: "person",
  box,
  score: 0.9,
  velocity: [0, 0],
  first_us: 0,
  last_us: 0,
  state: "confirmed",
  attributes: [],
  ...rest,
});

const seen = (t_us: number, ...tracks: Track[]): Observation => ({
  kind: "observation",
  camera: "gate",
  t_us,
  pts_us: 0,
  motion: { fraction: 0, boxes: [], awake: true },
  tracks,
  lag_us: 0,
});

describe("mapping", () => {
  it.each([
    ["a picture of the same form fills the box", [1600, 900, 1280, 720], [0, 0, 1600, 900]],
    ["a narrow picture has bars at its sides", [1600, 900, 768, 768], [350, 0, 900, 900]],
    ["a wide one above and below", [800, 800, 1600, 900], [0, 175, 800, 450]],
    ["an unknown size fills the box", [640, 360, 0, 0], [0, 0, 640, 360]],
  ])("%s", (_, [boxWidth, boxHeight, width, height], [x, y, w, h]) => {
    const fit = fitInside(boxWidth ?? 0, boxHeight ?? 0, width ?? 0, height ?? 0);
    expect(fit).toEqual({ x, y, width: w, height: h });
  });

  it("takes fractions to pixels and back", () => {
    const picture = { x: 350, y: 0, width: 900, height: 900 };
    expect(toPixels([0.5, 0.25], picture)).toEqual([800, 225]);
    expect(toFraction([800, 225], picture)).toEqual([0.5, 0.25]);
    expect(boxToPixels([0.5, 0.25, 0.75, 0.5], picture)).toEqual({
      x: 800,
      y: 225,
      width: 225,
      height: 225,
    });
  });

  it("holds a point beside the picture at its edge", () => {
    expect(toFraction([0, 2000], { x: 350, y: 0, width: 900, height: 900 })).toEqual([0, 1]);
  });
});

describe("observations", () => {
  it("are kept in order; late ones are left out", () => {
    const all = new Observations();
    for (const t of [1_000_000, 3_000_000, 2_000_000, 3_000_000]) all.take(seen(t), 0);
    expect(all.of("gate").map((one) => one.observation.t_us)).toEqual([1_000_000, 3_000_000]);
    expect(all.of("other")).toEqual([]);
  });

  it("older than some seconds are forgotten", () => {
    const all = new Observations();
    for (let second = 0; second < 20; second += 1) all.take(seen(second * 1e6), 0);
    const first = all.of("gate")[0];
    expect(first?.observation.t_us).toBe(13e6);
  });

  it("begin anew when a clock was set back", () => {
    const all = new Observations();
    all.take(seen(100e6), 0);
    all.take(seen(10e6), 0);
    expect(all.of("gate").map((one) => one.observation.t_us)).toEqual([10e6]);
  });
});

describe("the scene", () => {
  const heard = (...list: [number, Observation][]) =>
    list.map(([at, observation]) => ({ at, observation }));
  const left: Region = [0.1, 0.4, 0.2, 0.8];
  const right: Region = [0.3, 0.4, 0.4, 0.8];
  const box = (scene: ReturnType<typeof sceneAt>) =>
    scene.figures[0]?.box.map((n) => +n.toFixed(3));

  it("lies between two observations when the picture does", () => {
    const two = heard([100, seen(1e6, track("a", left))], [200, seen(1.2e6, track("a", right))]);
    expect(box(sceneAt(two, 1.1e6, 210))).toEqual([0.2, 0.4, 0.3, 0.8]);
  });

  it("moves on with the velocity after the last observation", () => {
    const one = heard([100, seen(1e6, track("a", left, { velocity: [0.5, 0.1] }))]);
    expect(box(sceneAt(one, 1.2e6, 110))).toEqual([0.2, 0.42, 0.3, 0.82]);
  });

  it("does not guess further than some tenths of a second", () => {
    const one = heard([100, seen(1e6, track("a", left, { velocity: [0.5, 0] }))]);
    expect(box(sceneAt(one, 2.4e6, 110))).toEqual([0.4, 0.4, 0.5, 0.8]);
  });

  it("shows nobody who is not sure yet", () => {
    const one = heard([100, seen(1e6, track("a", left, { state: "tentative" }))]);
    expect(sceneAt(one, 1e6, 110).figures).toEqual([]);
  });

  it("keeps somebody who vanished for half of the time in between", () => {
    const two = heard([100, seen(1e6, track("a", left))], [200, seen(1.2e6)]);
    expect(sceneAt(two, 1.05e6, 210).figures).toHaveLength(1);
    expect(sceneAt(two, 1.15e6, 210).figures).toHaveLength(0);
  });

  it("is empty when the picture is of another time", () => {
    const one = heard([100, seen(100e6, track("a", left))]);
    expect(sceneAt(one, 1e6, 110).figures).toEqual([]);
    expect(sceneAt([], 1e6, 110).figures).toEqual([]);
  });

  it.each([
    ["fresh", 0, 125, 1],
    ["still fresh after 400 ms", 400, 125, 1],
    ["fading after that", 650, 125, 0.5],
    ["gone", 900, 125, 0],
    ["fresh for longer where looks are rare", 2500, 2000, 1],
  ])("is %s", (_, age, usual, strength) => {
    expect(strengthOf(age, usual)).toBeCloseTo(strength);
  });

  it("knows how far apart looks are", () => {
    expect(spacingMs(heard([0, seen(1)], [100, seen(2)], [250, seen(3)]))).toBe(125);
    expect(spacingMs(heard([0, seen(1)]))).toBe(0);
  });

  it("draws where the feet were, up to the picture", () => {
    const three = heard(
      [0, seen(1e6, track("a", left))],
      [1, seen(2e6, track("a", right))],
      [2, seen(3e6, track("a", left))],
    );
    const trail = trailsAt(three, 2e6, 3e6)
      .get("a")
      ?.map(([x, y]) => [+x.toFixed(3), y]);
    expect(trail).toEqual([
      [0.15, 0.8],
      [0.35, 0.8],
    ]);
  });
});

describe("areas", () => {
  it.each<[string, Point[], number, Point, Point]>([
    [
      "left of a line that runs right is up",
      [
        [0, 0],
        [10, 0],
      ],
      0.5,
      [5, 0],
      [0, -1],
    ],
    [
      "left of a line that runs down is right",
      [
        [0, 0],
        [0, 10],
      ],
      0.5,
      [0, 5],
      [1, 0],
    ],
    [
      "half of a bent line is on its longer part",
      [
        [0, 0],
        [2, 0],
        [2, 8],
      ],
      0.5,
      [2, 3],
      [1, 0],
    ],
  ])("%s", (_, points, share, at, normal) => {
    const [point, left] = along(points, share);
    expect(point).toEqual(at);
    expect(left.map((n) => n + 0)).toEqual(normal);
  });

  it("takes directions from rules, and marks what is in alarm", () => {
    const rule = (id: string, options: Record<string, unknown>) =>
      ({ id, options }) as unknown as Camera["rules"][number];
    const camera = {
      zones: [],
      lines: [],
      rules: [
        rule("in", { line: "fence", direction: "left" }),
        rule("door", { line: "door", direction: "left" }),
        rule("back", { line: "door", direction: "right" }),
        rule("yard", { zone: "yard" }),
      ],
    } as unknown as Camera;
    const areas = areasOf(camera, "yard");
    expect([...areas.directions]).toEqual([
      ["fence", "left"],
      ["door", "both"],
    ]);
    expect([...areas.alarmed]).toEqual(["yard"]);
  });
});
