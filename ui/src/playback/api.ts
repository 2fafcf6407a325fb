// What the archive answers. Times are microseconds since 1970 UTC, as everywhere.
import { asFailure, failureOf } from "@/api/failure";
import type { components } from "@/api/schema";

type Schemas = components["schemas"];

export type Footage = Schemas["FootageFile"];
export type Gap = Schemas["FootageGap"];
export type GapCause = Gap["cause"];
/** Files and gaps of a span; `next_us` is where the next footage after it begins. */
export type FootageAnswer = Schemas["FootageSpan"];
export type FileIndex = Schemas["FootageIndex"];
/** t_us, duration_us, offset, size, and 1 where it begins with a key picture. */
export type Part = FileIndex["parts"][number];
export type TimelineEvent = Schemas["EventMark"];
export type TimelineAnswer = Schemas["Timeline"];
export type Day = Schemas["Day"];
export type BoxTrack = Schemas["BoxTrack"];

export interface Span {
  afterUs: number;
  beforeUs: number;
}

/** Where playback reads from: the server, or in tests something that acts as one. */
export interface Archive {
  footage: (camera: string, span: Span, stream: string | null) => Promise<FootageAnswer>;
  index: (file: string) => Promise<FileIndex>;
  media: (
    file: string,
    from: number,
    until: number,
    signal: AbortSignal,
  ) => Promise<Uint8Array<ArrayBuffer>>;
  timeline: (camera: string, span: Span, buckets: number) => Promise<TimelineAnswer>;
}

const ROOT = "/api/v1";

/** The server's archive. */
export const archive: Archive = {
  footage: (camera, span, stream) =>
    read(`${cameraAt(camera)}/footage?${spanQuery(span)}${stream ? `&stream=${enc(stream)}` : ""}`),
  index: (file) => read(`${ROOT}/footage/${enc(file)}/index`),
  media: async (file, from, until, signal) => {
    const headers = { Range: `bytes=${from}-${until - 1}` };
    const answer = await ask(`${ROOT}/footage/${enc(file)}/media.mp4`, { headers, signal });
    const bytes = new Uint8Array(await answer.arrayBuffer());
    // A server or proxy that does not know ranges sends all of it.
    return answer.status === 206 ? bytes : bytes.slice(from, until);
  },
  timeline: (camera, span, buckets) =>
    read(`${cameraAt(camera)}/timeline?${spanQuery(span)}&buckets=${buckets}`),
};

export function readDays(camera: string, span: Span): Promise<{ days: Day[] }> {
  return read(`${cameraAt(camera)}/days?${spanQuery(span)}`);
}

export function readBoxes(camera: string, span: Span): Promise<{ tracks: BoxTrack[] }> {
  return read(`${cameraAt(camera)}/boxes?${spanQuery(span)}`);
}

export function clipAddress(alarm: string): string {
  return `${ROOT}/alarms/${enc(alarm)}/clip.mp4?before_s=5&after_s=10`;
}

async function read<T>(address: string): Promise<T> {
  return (await (await ask(address)).json()) as T;
}

/** A successful answer; anything else is thrown as an ApiFailure. */
export async function ask(address: string, how: RequestInit = {}): Promise<Response> {
  let answer: Response;
  try {
    answer = await fetch(address, { credentials: "same-origin", ...how });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw asFailure(error);
  }
  if (answer.ok) return answer;
  throw failureOf(answer, await answer.json().catch(() => null));
}

const enc = encodeURIComponent;
const cameraAt = (camera: string) => `${ROOT}/cameras/${enc(camera)}`;
const spanQuery = ({ afterUs, beforeUs }: Span) =>
  `after_us=${Math.round(afterUs)}&before_us=${Math.round(beforeUs)}`;
