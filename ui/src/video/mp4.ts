// Fragmented MP4 as far as a player needs it: tracks, pictures, and parts made smaller.

export interface Box {
  type: string;
  /** Offsets in the bytes walked: of the box, of what is in it, and of what follows. */
  start: number;
  body: number;
  end: number;
}

const HEADER = 8;
const LARGE_HEADER = 16;

/** The boxes between two offsets; one that is cut off is left out. */
export function* boxes(bytes: Uint8Array, from = 0, until = bytes.length): Generator<Box> {
  const view = viewOf(bytes);
  let start = from;
  while (start + HEADER <= until) {
    let size = view.getUint32(start);
    let body = start + HEADER;
    if (size === 1 && start + LARGE_HEADER <= until) {
      size = Number(view.getBigUint64(start + HEADER));
      body = start + LARGE_HEADER;
    }
    const end = size === 0 ? until : start + size;
    if (end < body || end > until) return;
    yield { type: String.fromCharCode(...bytes.subarray(start + 4, start + 8)), start, body, end };
    start = end;
  }
}

/** The first box at the end of a way of types. */
export function find(bytes: Uint8Array, within: Box | null, ...way: string[]): Box | null {
  let at = within;
  for (const type of way) {
    const inside = boxes(bytes, at?.body ?? 0, at?.end ?? bytes.length);
    at = [...inside].find((box) => box.type === type) ?? null;
    if (!at) return null;
  }
  return at;
}

/** What of the init segment is needed to read its fragments. */
export interface Track {
  id: number;
  kind: "video" | "sound" | "other";
  timescale: number;
  defaults: Defaults;
  /** What a decoder is set up with (avcC, hvcC, av1C); null where there is none. */
  description: Uint8Array | null;
}

interface Defaults {
  duration: number;
  size: number;
  flags: number;
}

const KINDS: Record<string, Track["kind"]> = { vide: "video", soun: "sound" };
const CONFIGS = new Set(["avcC", "hvcC", "av1C", "vpcC"]);
/** From a visual sample entry's body to the boxes in it. */
const VISUAL_ENTRY = 78;

export function tracksOf(init: Uint8Array): Track[] {
  const moov = find(init, null, "moov");
  if (!moov) return [];
  const defaults = new Map(
    [...inside(init, find(init, moov, "mvex"))]
      .filter((box) => box.type === "trex")
      .map((box) => readTrex(init, box)),
  );
  return [...inside(init, moov)]
    .filter((box) => box.type === "trak")
    .map((trak) => readTrak(init, trak, defaults));
}

function readTrex(init: Uint8Array, { body }: Box): [number, Defaults] {
  const at = viewOf(init);
  const defaults = {
    duration: at.getUint32(body + 12),
    size: at.getUint32(body + 16),
    flags: at.getUint32(body + 20),
  };
  return [at.getUint32(body + 4), defaults];
}

function readTrak(init: Uint8Array, trak: Box, defaults: Map<number, Defaults>): Track {
  const at = viewOf(init);
  const tkhd = find(init, trak, "tkhd");
  const mdhd = find(init, trak, "mdia", "mdhd");
  const hdlr = find(init, trak, "mdia", "hdlr");
  const id = tkhd ? at.getUint32(tkhd.body + (at.getUint8(tkhd.body) === 1 ? 20 : 12)) : 0;
  const handler = hdlr ? String.fromCharCode(...init.subarray(hdlr.body + 8, hdlr.body + 12)) : "";
  return {
    id,
    kind: KINDS[handler] ?? "other",
    timescale: mdhd ? at.getUint32(mdhd.body + (at.getUint8(mdhd.body) === 1 ? 20 : 12)) : 1,
    defaults: defaults.get(id) ?? { duration: 0, size: 0, flags: 0 },
    description: handler === "vide" ? descriptionOf(init, trak) : null,
  };
}

function descriptionOf(init: Uint8Array, trak: Box): Uint8Array | null {
  const stsd = find(init, trak, "mdia", "minf", "stbl", "stsd");
  const entry = stsd && [...boxes(init, stsd.body + 8, stsd.end)][0];
  if (!entry) return null;
  for (const box of boxes(init, entry.body + VISUAL_ENTRY, entry.end)) {
    if (CONFIGS.has(box.type)) return init.slice(box.body, box.end);
  }
  return null;
}

/** One picture of a fragment; times in the track's ticks since media time 0. */
export interface Picture {
  decode: number;
  shown: number;
  duration: number;
  key: boolean;
  /** Where its bytes are in those that were read. */
  offset: number;
  size: number;
  flags: number;
}

const IS_DEPENDENT = 0x0001_0000;

/** The pictures of all fragments in the bytes, in the order of decoding. */
export function picturesOf(bytes: Uint8Array, track: Track): Picture[] {
  const pictures: Picture[] = [];
  for (const moof of boxes(bytes)) {
    if (moof.type !== "moof") continue;
    for (const traf of inside(bytes, moof)) {
      if (traf.type === "traf") pictures.push(...readTraf(bytes, moof, traf, track));
    }
  }
  return pictures;
}

function readTraf(bytes: Uint8Array, moof: Box, traf: Box, track: Track): Picture[] {
  const at = viewOf(bytes);
  const tfhd = find(bytes, traf, "tfhd");
  const tfdt = find(bytes, traf, "tfdt");
  if (!tfhd || !tfdt || at.getUint32(tfhd.body + 4) !== track.id) return [];
  const run: Run = {
    defaults: readTfhd(at, tfhd, track.defaults),
    base: moof.start,
    decode:
      at.getUint8(tfdt.body) === 1
        ? Number(at.getBigUint64(tfdt.body + 4))
        : at.getUint32(tfdt.body + 4),
    offset: moof.end + HEADER,
  };
  return [...inside(bytes, traf)]
    .filter((box) => box.type === "trun")
    .flatMap((trun) => readTrun(at, trun, run));
}

function readTfhd(at: DataView, { body }: Box, fallback: Defaults): Defaults {
  const flags = at.getUint32(body) & 0xffffff;
  let next = body + 8;
  if (flags & 0x1) next += 8;
  if (flags & 0x2) next += 4;
  const take = (bit: number, otherwise: number) => {
    if (!(flags & bit)) return otherwise;
    next += 4;
    return at.getUint32(next - 4);
  };
  return {
    duration: take(0x8, fallback.duration),
    size: take(0x10, fallback.size),
    flags: take(0x20, fallback.flags),
  };
}

interface Run {
  defaults: Defaults;
  base: number;
  /** Where and when the next sample is; moves on while reading. */
  decode: number;
  offset: number;
}

function readTrun(at: DataView, { body }: Box, run: Run): Picture[] {
  const word = at.getUint32(body);
  const signed = word >>> 24 === 1;
  const count = at.getUint32(body + 4);
  let next = body + 8;
  const has = (bit: number) => (word & bit) !== 0;
  const take = () => {
    next += 4;
    return at.getUint32(next - 4);
  };
  if (has(0x1)) run.offset = run.base + (take() | 0);
  const firstFlags = has(0x4) ? take() : null;
  const pictures: Picture[] = [];
  for (let index = 0; index < count; index += 1) {
    const duration = has(0x100) ? take() : run.defaults.duration;
    const size = has(0x200) ? take() : run.defaults.size;
    const own = has(0x400) ? take() : run.defaults.flags;
    const flags = index === 0 && firstFlags !== null ? firstFlags : own;
    const later = has(0x800) ? take() : 0;
    const shown = run.decode + (signed ? later | 0 : later);
    const key = (flags & IS_DEPENDENT) === 0;
    pictures.push({ decode: run.decode, shown, duration, key, offset: run.offset, size, flags });
    run.decode += duration;
    run.offset += size;
  }
  return pictures;
}

/**
 * The bytes with all tracks but one taken out of sight: their boxes become `free`, so that no
 * offset changes. Works for init segments and for fragments.
 */
export function onlyTrack(bytes: Uint8Array, id: number): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(bytes);
  const at = viewOf(copy);
  const hide = (box: Box, mine: boolean) => {
    if (!mine) copy.set([0x66, 0x72, 0x65, 0x65], box.start + 4);
  };
  for (const box of boxes(copy)) {
    if (box.type === "moof") {
      for (const traf of inside(copy, box)) {
        const tfhd = traf.type === "traf" ? find(copy, traf, "tfhd") : null;
        if (tfhd) hide(traf, at.getUint32(tfhd.body + 4) === id);
      }
    } else if (box.type === "moov") {
      for (const inner of inside(copy, box)) {
        if (inner.type === "trak") hide(inner, readTrak(copy, inner, new Map()).id === id);
      }
      for (const trex of inside(copy, find(copy, box, "mvex"))) {
        if (trex.type === "trex") hide(trex, at.getUint32(trex.body + 4) === id);
      }
    }
  }
  return copy;
}

/** A fragment of one picture, which is shown for `duration` ticks. */
export function fragmentOf(
  bytes: Uint8Array,
  picture: Picture,
  track: number,
  duration: number,
): Uint8Array<ArrayBuffer> {
  const data = bytes.subarray(picture.offset, picture.offset + picture.size);
  const trun = (offset: number) =>
    box("trun", u32(0x0100_0f01, 1, offset, duration, data.length, picture.flags, 0));
  const moof = (offset: number) =>
    box(
      "moof",
      box("mfhd", u32(0, 0)),
      box(
        "traf",
        box("tfhd", u32(0x020000, track)),
        box("tfdt", u32(0x0100_0000, Math.floor(picture.shown / 2 ** 32), picture.shown >>> 0)),
        trun(offset),
      ),
    );
  const head = moof(moof(0).length + HEADER);
  return join([head, box("mdat", data)]);
}

function box(type: string, ...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const size = HEADER + parts.reduce((sum, part) => sum + part.length, 0);
  const name = Uint8Array.from(type, (letter) => letter.charCodeAt(0));
  return join([u32(size), name, ...parts]);
}

function u32(...values: number[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(values.length * 4);
  const view = new DataView(bytes.buffer);
  values.forEach((value, index) => {
    view.setUint32(index * 4, value);
  });
  return bytes;
}

export function join(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function* inside(bytes: Uint8Array, within: Box | null): Generator<Box> {
  if (within) yield* boxes(bytes, within.body, within.end);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
