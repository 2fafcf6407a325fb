import { describe, expect, it } from "vitest";
import { type Span, steer, TARGET_S, trim } from "@/live/player/buffer";

const spans = (...ends: [number, number][]): Span[] => ends.map(([start, end]) => ({ start, end }));

describe("steer", () => {
  it.each<[string, Span[], number, number | null, number]>([
    ["an empty buffer is left alone", [], 0, null, 1],
    ["at the target it plays as filmed", spans([1, 10]), 9.9, null, 1],
    ["within the dead band too", spans([1, 10]), 9.87, null, 1],
    ["a little behind it plays faster", spans([1, 10]), 9.8, null, 1.08],
    ["too close to the edge it plays slower", spans([1, 10]), 9.95, null, 0.95],
    ["far behind it jumps, as after the first burst", spans([1, 3]), 1, 2.9, 1],
    ["before the buffer it jumps in", spans([100, 102]), 0, 101.9, 1],
    ["beyond the end it comes back", spans([1, 5]), 9, 4.9, 1],
    ["in a hole it jumps over it", spans([1, 5], [5.2, 5.25]), 5, 5.2, 1],
    ["a seam is no hole", spans([1, 5], [5.01, 5.1]), 5, null, 1],
    ["a short buffer is played from its beginning", spans([7, 7.04]), 0, 7, 1],
  ])("%s", (_, buffered, currentTime, seek, rate) => {
    const steering = steer({ buffered, currentTime, target: TARGET_S });
    if (seek === null) expect(steering.seek).toBeNull();
    else expect(steering.seek).toBeCloseTo(seek);
    expect(steering.rate).toBe(rate);
  });

  it("comes to rest at the target from a little behind", () => {
    let behind = 0.35;
    for (let round = 0; round < 100; round += 1) {
      const { rate } = steer({
        buffered: spans([0, 10]),
        currentTime: 10 - behind,
        target: TARGET_S,
      });
      behind -= (rate - 1) * 0.1;
    }
    expect(Math.abs(behind - TARGET_S)).toBeLessThanOrEqual(0.05);
  });
});

describe("trim", () => {
  it.each<[string, Span[], number, Span | null]>([
    ["a young buffer is kept", spans([0, 15]), 15, null],
    ["an old one loses all but the last ten seconds", spans([0, 25]), 25, { start: 0, end: 15 }],
    ["an empty one is kept", [], 0, null],
  ])("%s", (_, buffered, currentTime, dropped) => {
    expect(trim(buffered, currentTime)).toEqual(dropped);
  });
});
