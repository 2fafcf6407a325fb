// What the live socket of a camera says.

import type { components } from "@/api/schema";

type Schemas = components["schemas"];

export type Format = Schemas["LiveFormat"];
export type Note = Format | Schemas["Drop"] | Schemas["State"];

export function readNote(text: string): Note | null {
  const read: unknown = JSON.parse(text);
  if (typeof read !== "object" || read === null || !("kind" in read)) return null;
  return read as Note;
}

export const JPEG = "image/jpeg";
const STAMP_BYTES = 8;

/** A message of a camera that sends single pictures: its time, and the picture. */
export function readPicture(message: ArrayBuffer): { tUs: number; jpeg: Blob } {
  const tUs = Number(new DataView(message).getBigInt64(0));
  return { tUs, jpeg: new Blob([new Uint8Array(message, STAMP_BYTES)], { type: JPEG }) };
}

/** The wall clock of a media time. */
export function wallClockUs(format: Format, mediaTime: number): number {
  return format.base_t_us + Math.round(mediaTime * 1e6);
}
