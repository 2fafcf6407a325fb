import { describe, expect, it } from "vitest";
import type { Archive, BoxTrack, FileIndex, Footage, FootageAnswer } from "@/playback/api";
import { boxesAt } from "@/playback/boxes";
import { advance, follow, nextShuttle, type Readiness } from "@/playback/player/clock";
import { groupsOf, nextGroups, toEvict, windowAt } from "@/playback/player/plan";
import { Reel } from "@/playback/player/reel";
import { hasSound, withoutSound } from "@/playback/player/tape";
import { playbackAddress, readMoment } from "@/playback/usePlace";
import {
  boxes,
  fragmentOf,
  join,
  onlyTrack,
  picturesOf,
  type Track,
} from "@/video/mp4";

const S = 1_000_000;
const LOTS = { bytes: 1e9, groups: 3 };

/** Files of parts of a second, a key picture every two. */
function index(id: string, startS: number, seconds: number): FileIndex {
  return {
    id,
    start_us: startS * S,
    end_us: (startS + seconds) * S,
    mime: "",
    init_size: 100,
    open: false,
    parts: Array.from({ length: seconds }, (_, at) => [
      (startS + at) * S,
      S,
      100 + at * 1000,
      1000,
      at % 2 === 0 ? 1 : 0,
    ]),
  };
}

describe("what to fetch", () => {
  const groups = [...groupsOf(index("a", 0, 60)), ...groupsOf(index("b", 60, 60))];
  const spans = (list: readonly { fromUs: number; untilUs: number }[]) =>
    list.map(({ fromUs, untilUs }) => [fromUs / S, untilUs / S]);
  const all = new Map(groups.map((group) => [group.id, group.parts]));
  const heldBut = (...away: number[]) =>
    new Map([...all].filter(([id]) => !away.some((at) => groups[at]?.id === id)));

  it("joins parts from one key picture to the next", () => {
    expect(groups).toHaveLength(60);
    expect(groups[1]).toMatchObject({ fromUs: 2 * S, untilUs: 4 * S, offset: 2100, size: 2000 });
    expect(groups[1]).toMatchObject({ keySize: 1000, parts: 2 });
  });

  it.each<[string, number, Map<string, number>, number, number[][]]>([
    ["begins with the key picture before", 11.5, new Map(), 1, [[10, 12], [12, 14], [14, 16]]],
    ["goes on where something is missing", 11.5, heldBut(7, 8), 1, [[14, 16], [16, 18]]],
    ["fetches nothing when all is there", 11.5, all, 1, []],
    ["stops at the border of a file", 57, heldBut(29, 30), 1, [[58, 60]]],
    ["backwards fetches what is before", 30, heldBut(14), -1, [[28, 30]]],
    ["of a group that grew fetches it again", 10, new Map([...all, [groups[6]?.id ?? "", 1]]), 1, [[12, 14]]],
  ])("%s", (_, atS, held, rate, expected) => {
    const next = nextGroups(groups, held, atS * S, windowAt(atS * S, rate), LOTS);
    expect(spans(next)).toEqual(expected);
  });

  it("asks for no more bytes at once than allowed", () => {
    const limits = { bytes: 4_500, groups: 10 };
    expect(nextGroups(groups, new Map(), 0, windowAt(0, 1), limits)).toHaveLength(2);
  });

  it.each([
    [0.25, 12],
    [1, 12],
    [4, 48],
    [16, 60],
  ])("at %d× looks %d s ahead", (rate, seconds) => {
    const { fromUs, untilUs } = windowAt(0, rate);
    expect((untilUs - fromUs) / S).toBe(seconds);
  });

  it("stays bounded however long it plays", () => {
    const held = new Map<string, (typeof groups)[number]>();
    let most = 0;
    for (let atS = 0; atS < 110; atS += 0.5) {
      for (const group of toEvict([...held.values()], atS * S, 1)) held.delete(group.id);
      const counts = new Map([...held].map(([id, group]) => [id, group.parts]));
      for (const group of nextGroups(groups, counts, atS * S, windowAt(atS * S, 1), LOTS)) {
        held.set(group.id, group);
      }
      const here = [...held.values()].some(
        (group) => group.fromUs <= atS * S && group.untilUs > atS * S,
      );
      expect(here).toBe(true);
      most = Math.max(most, held.size);
    }
    expect(most).toBeLessThanOrEqual(22);
  });
});

describe("the clock", () => {
  const ready: Readiness = { kind: "ready" };
  const loading: Readiness = { kind: "loading" };
  const gap = (untilUs: number | null): Readiness => ({ kind: "gap", untilUs });
  const unable: Readiness = { kind: "unable" };

  it.each<[string, number, Readiness[], object]>([
    ["goes on with everybody", 2, [ready, ready], { tUs: 1200, waiting: false }],
    ["waits for one who loads", 1, [ready, loading], { tUs: 1000, waiting: true }],
    ["does not wait for one without footage", 1, [ready, gap(5000)], { tUs: 1100 }],
    ["does not wait for one that cannot be shown", 1, [ready, unable], { tUs: 1100 }],
    ["jumps to the nearest footage", 1, [gap(9000), gap(5000)], { tUs: 5000, jumped: true }],
    ["ends where nothing comes", 1, [gap(null), unable], { tUs: 1000, ended: true }],
    ["goes backwards", -4, [ready], { tUs: 600 }],
    ["backwards stops before a gap", -1, [gap(5000)], { tUs: 1000, ended: true }],
  ])("%s", (_, rate, cameras, expected) => {
    expect(advance(1000, 100, rate, cameras)).toMatchObject(expected);
  });

  it.each<[string, number, number, boolean, number]>([
    ["a picture in step is left alone", 20_000, 1, false, 1],
    ["one behind hurries", -100_000, 1, false, 1.1],
    ["one ahead lingers", 100_000, 2, false, 1.8],
    ["one far off jumps", 700_000, 1, true, 1],
    ["at speed the same time off is less", 700_000, 4, false, 3.6],
    ["no faster than the browser plays", -1_000_000, 16, false, 16],
  ])("%s", (_, aheadUs, rate, seek, pulled) => {
    const following = follow(aheadUs, rate);
    expect(following.seek).toBe(seek);
    expect(following.rate).toBeCloseTo(pulled);
  });

  it("brings two pictures together that began apart", () => {
    const at = [0, -300_000];
    let clock = 0;
    for (let tick = 0; tick < 100; tick += 1) {
      clock += 50_000;
      at.forEach((tUs, which) => {
        const { seek, rate } = follow(tUs - clock + 50_000, 1);
        at[which] = seek ? clock : tUs + 50_000 * rate;
      });
    }
    expect(Math.abs((at[0] ?? 0) - (at[1] ?? 0))).toBeLessThan(80_000);
  });

  it.each<[number, boolean, 1 | -1, number]>([
    [1, false, 1, 1],
    [1, true, 1, 2],
    [4, true, 1, 8],
    [16, true, 1, 16],
    [4, true, -1, -1],
    [-1, true, -1, -2],
    [-8, false, -1, -1],
  ])("at %d× (playing %s) the key for %d plays at %d×", (rate, playing, direction, next) => {
    expect(nextShuttle(rate, playing, direction)).toBe(next);
  });
});

describe("what is known of the recordings", () => {
  const file = (id: string, startS: number, endS: number): Footage => ({
    id,
    start_us: startS * S,
    end_us: endS * S,
    codec: "h264",
    stream: "main",
    keep: "continuous",
    tier: "fast",
    width: 1,
    height: 1,
    audio: "",
    size: 1,
    open: false,
  });
  const answer: FootageAnswer = {
    camera: "yard",
    stream: "main",
    files: [file("a", 0, 60), file("b", 60.1, 100), file("c", 200, 260)],
    gaps: [{ start_us: 100 * S, end_us: 200 * S, cause: "unreachable", detail: "", stream: "main" }],
    next_us: 900 * S,
  };
  const known = async () => {
    const archive = { footage: () => Promise.resolve(answer) } as unknown as Archive;
    const reel = new Reel(archive, "yard", null, () => 1e15);
    expect(reel.at(0).kind).toBe("unknown");
    await Promise.resolve();
    await Promise.resolve();
    return reel;
  };

  it.each<[string, number, object]>([
    ["a file", 30, { kind: "file", file: { id: "a" } }],
    ["the seam between two, where the later one is taken", 60.05, { file: { id: "b" } }],
    ["a gap with its cause", 150, { kind: "gap", untilUs: 200 * S, cause: { cause: "unreachable" } }],
    ["a gap nobody explained", 300, { kind: "gap", untilUs: 900 * S, cause: null }],
  ])("finds %s", async (_, atS, expected) => {
    expect((await known()).at(atS * S)).toMatchObject(expected);
  });

  it("finds the file that follows, and none after a gap", async () => {
    const reel = await known();
    const [a, b] = answer.files;
    expect(a && reel.after(a)?.id).toBe("b");
    expect(b && reel.after(b)).toBeNull();
  });
});

describe("boxes over recordings", () => {
  const track: BoxTrack = {
    id: "1",
    label: "person",
    t_us: [10 * S, 10.2 * S, 20 * S],
    box: [
      [0, 0, 0.1, 0.2],
      [0.2, 0, 0.3, 0.2],
      [0.9, 0, 1, 0.2],
    ],
    score: 0.9,
  };

  it.each<[string, number, number | null]>([
    ["between two sightings in a straight line", 10.1, 0.1],
    ["on a sighting", 10.2, 0.2],
    ["a little after the last for a while", 10.3, 0.2],
    ["in a long hole nowhere", 15, null],
    ["before the first nowhere", 9, null],
    ["after the last nowhere", 21, null],
  ])("are %s", (_, atS, left) => {
    const [seen] = boxesAt([track], atS * S);
    if (left === null) expect(seen).toBeUndefined();
    else expect(seen?.box[0]).toBeCloseTo(left);
  });
});

describe("addresses", () => {
  it("say cameras and moment so that people can read them", () => {
    const address = playbackAddress(["a", "b c"], Date.UTC(2026, 10, 20, 14, 3, 22, 500) * 1000);
    expect(address).toBe("/playback?cam=a&cam=b+c&t=2026-11-20T14%3A03%3A22.500Z");
  });

  it.each([
    ["2026-11-20T14:03:22Z", Date.UTC(2026, 10, 20, 14, 3, 22) * 1000],
    ["1763654400000001", 1763654400000001],
    ["soon", null],
    [null, null],
  ])("of %s mean %s", (text, tUs) => {
    expect(readMoment(text)).toBe(tUs);
  });
});

describe("types of recordings", () => {
  const both = 'video/mp4; codecs="avc1.42c01f,mp4a.40.2"';

  it("are told without their sound", () => {
    expect(withoutSound(both)).toBe('video/mp4; codecs="avc1.42c01f"');
    expect([hasSound(both), hasSound(withoutSound(both))]).toEqual([true, false]);
  });
});

describe("fragments", () => {
  const track: Track = {
    id: 1,
    kind: "video",
    timescale: 90_000,
    defaults: { duration: 0, size: 0, flags: 0 },
    description: null,
  };
  const picture = (data: string, shown: number, key: boolean) => ({
    bytes: Uint8Array.from(data, (letter) => letter.charCodeAt(0)),
    told: { decode: shown, shown, duration: 3600, key, offset: 0, size: data.length, flags: key ? 0x2000000 : 0x1010000 },
  });
  const made = (id: number, ...pictures: ReturnType<typeof picture>[]) =>
    join(pictures.map(({ bytes, told }) => fragmentOf(bytes, told, id, told.duration)));

  it("are read as they were written, beyond 2^32 ticks too", () => {
    const bytes = made(1, picture("key", 2 ** 33, true), picture("more", 2 ** 33 + 3600, false));
    const read = picturesOf(bytes, track);
    expect(read.map(({ shown, key, duration }) => [shown, key, duration])).toEqual([
      [2 ** 33, true, 3600],
      [2 ** 33 + 3600, false, 3600],
    ]);
    const data = read.map(({ offset, size }) => String.fromCharCode(...bytes.slice(offset, offset + size)));
    expect(data).toEqual(["key", "more"]);
  });

  it("of another track are hidden without moving anything", () => {
    const bytes = join([made(1, picture("seen", 0, true)), made(2, picture("heard", 0, true))]);
    const cut = onlyTrack(bytes, 1);
    expect(cut.length).toBe(bytes.length);
    expect(picturesOf(cut, track)).toEqual(picturesOf(bytes, track));
    expect(picturesOf(bytes, { ...track, id: 2 })).toHaveLength(1);
    expect(picturesOf(cut, { ...track, id: 2 })).toHaveLength(0);
  });

  it("that are cut off are left out", () => {
    const bytes = made(1, picture("seen", 0, true));
    const types = [...boxes(bytes.subarray(0, bytes.length - 1))].map((box) => box.type);
    expect(types).toEqual(["moof"]);
  });
});
