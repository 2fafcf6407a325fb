// What is known of one camera's recordings: which file holds a moment, and where the gaps are.
import type { Archive, FileIndex, Footage, FootageAnswer, Gap } from "../api";

const SLOT_US = 600_000_000;
/** Files that lie closer than this play as one. */
export const SEAM_US = 300_000;
/** Recordings of the present grow: what is known of them is read again after so long. */
const FRESH_MS = 2_000;
const MOST_SLOTS = 24;
const MOST_INDEXES = 40;
/** First near, then far. */
const LOOK_BACK_US = [86_400_000_000, 30 * 86_400_000_000];
const LOOK_BUCKETS = 2000;

export type Found =
  | { kind: "file"; file: Footage }
  /** `untilUs` null: nothing was recorded later. */
  | { kind: "gap"; cause: Gap | null; untilUs: number | null }
  | { kind: "unknown" }
  | { kind: "failed"; error: unknown };

interface Slot {
  answer: FootageAnswer | null;
  error: unknown;
  readAt: number;
  reading: boolean;
}

export class Reel {
  readonly camera: string;
  /** The stream that is played, once known. */
  stream: string | null = null;
  private readonly archive: Archive;
  private readonly wanted: string | null;
  private readonly nowUs: () => number;
  private readonly slots = new Map<number, Slot>();
  private readonly indexes = new Map<string, { at: number; read: Promise<FileIndex> }>();

  constructor(archive: Archive, camera: string, stream: string | null, nowUs: () => number) {
    this.archive = archive;
    this.camera = camera;
    this.wanted = stream;
    this.nowUs = nowUs;
  }

  /** What is at a moment; what is not known yet is asked for, and known a little later. */
  at(tUs: number): Found {
    const slot = this.slot(Math.floor(tUs / SLOT_US));
    if (!slot.answer) return slot.error ? { kind: "failed", error: slot.error } : UNKNOWN;
    const { files, gaps, next_us } = slot.answer;
    const file = files.find((one) => tUs >= one.start_us - SEAM_US && tUs < one.end_us);
    if (file) return { kind: "file", file: nearer(files, file, tUs) };
    const later = files.find((one) => one.start_us > tUs)?.start_us ?? next_us;
    const cause = gaps.find((gap) => tUs >= gap.start_us && tUs < (gap.end_us ?? Infinity)) ?? null;
    return { kind: "gap", cause, untilUs: later };
  }

  /** The file that follows another without a gap, or null. */
  after(file: Footage): Footage | null {
    const found = this.at(file.end_us + SEAM_US / 2);
    if (found.kind !== "file" || found.file.id === file.id) return null;
    return found.file;
  }

  /** When the last footage before a moment ends; null when there is none in a month. */
  async before(tUs: number): Promise<number | null> {
    for (const backUs of LOOK_BACK_US) {
      const span = { afterUs: tUs - backUs, beforeUs: tUs };
      const { footage } = await this.archive.timeline(this.camera, span, LOOK_BUCKETS);
      const last = footage.at(-1);
      if (last) return Math.min(last[1], tUs);
    }
    return null;
  }

  /** A file's parts; of one that is still written, the newest. */
  index(file: Footage): Promise<FileIndex> {
    const known = this.indexes.get(file.id);
    const fresh = known && (!file.open || performance.now() - known.at < FRESH_MS);
    if (known && fresh) return known.read;
    const read = this.archive.index(file.id);
    read.catch(() => this.indexes.delete(file.id));
    this.indexes.set(file.id, { at: performance.now(), read });
    forgetOldest(this.indexes, MOST_INDEXES);
    return read;
  }

  /** Files may have moved or gone: read everything again. */
  forget(): void {
    this.slots.clear();
    this.indexes.clear();
  }

  private slot(number: number): Slot {
    const known = this.slots.get(number);
    const slot = known ?? { answer: null, error: null, readAt: -Infinity, reading: false };
    if (!known) {
      this.slots.set(number, slot);
      forgetOldest(this.slots, MOST_SLOTS);
    }
    if (!slot.reading && this.isOld(slot)) void this.read(number, slot);
    return slot;
  }

  private isOld(slot: Slot): boolean {
    if (!slot.answer) return age(slot) > FRESH_MS;
    return this.grows(slot) && age(slot) > FRESH_MS;
  }

  /** Whether more may come: of the present, or after the newest footage. */
  private grows({ answer }: Slot): boolean {
    if (!answer) return true;
    const last = answer.files.at(-1);
    return answer.next_us === null && (last?.open !== false || last.end_us > this.nowUs() - 6e8);
  }

  private async read(number: number, slot: Slot): Promise<void> {
    slot.reading = true;
    const span = { afterUs: number * SLOT_US, beforeUs: (number + 1) * SLOT_US };
    try {
      slot.answer = await this.archive.footage(this.camera, span, this.wanted);
      slot.error = null;
      this.stream = slot.answer.stream;
    } catch (error) {
      slot.error = error;
    }
    slot.readAt = performance.now();
    slot.reading = false;
  }
}

const UNKNOWN: Found = { kind: "unknown" };
const age = (slot: Slot) => performance.now() - slot.readAt;

/** Where two files overlap by a seam, the one that really holds the moment. */
function nearer(files: readonly Footage[], first: Footage, tUs: number): Footage {
  return files.find((one) => tUs >= one.start_us && tUs < one.end_us) ?? first;
}

function forgetOldest<K, V>(map: Map<K, V>, most: number): void {
  for (const key of map.keys()) {
    if (map.size <= most) return;
    map.delete(key);
  }
}
