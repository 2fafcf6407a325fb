import { useCallback, useMemo } from "react";
import { useSearchParams } from "react-router";
import type { Camera } from "@/api/types";

export const MOST_CAMERAS = 4;

export interface Place {
  cameras: Camera[];
  /** The asked moment; null: none was asked for. */
  tUs: number | null;
  choose: (cameras: readonly string[]) => void;
  remember: (tUs: number) => void;
}

/** Which cameras and which moment: kept in the address, so that it can be sent to somebody. */
export function usePlace(all: readonly Camera[]): Place {
  const [query, setQuery] = useSearchParams();
  const named = query.getAll("cam").join("\n");
  const cameras = useMemo(() => {
    const found = named.split("\n").flatMap((id) => all.filter((one) => one.id === id));
    return (found.length > 0 ? found : all.slice(0, 1)).slice(0, MOST_CAMERAS);
  }, [all, named]);
  const choose = useCallback(
    (ids: readonly string[]) =>
      setQuery((old) => withCameras(old, ids.slice(0, MOST_CAMERAS)), { replace: true }),
    [setQuery],
  );
  const remember = useCallback(
    (tUs: number) =>
      setQuery(
        (old) => {
          const next = new URLSearchParams(old);
          next.set("t", writeMoment(tUs));
          return next;
        },
        { replace: true },
      ),
    [setQuery],
  );
  return { cameras, tUs: readMoment(query.get("t")), choose, remember };
}

function withCameras(old: URLSearchParams, ids: readonly string[]): URLSearchParams {
  const next = new URLSearchParams(old);
  next.delete("cam");
  for (const id of ids) next.append("cam", id);
  return next;
}

/** The address of playback: these cameras at that moment. */
export function playbackAddress(cameras: readonly string[], tUs: number): string {
  const query = withCameras(new URLSearchParams(), cameras);
  query.set("t", writeMoment(tUs));
  return `/playback?${query}`;
}

/** The moment the browser's address tells, which React may not have seen yet. */
export function momentInAddress(): number | null {
  return readMoment(new URLSearchParams(window.location.search).get("t"));
}

/** As ISO 8601, which people can read; to the millisecond. */
export function writeMoment(tUs: number): string {
  return new Date(Math.floor(tUs / 1000)).toISOString();
}

/** ISO 8601, or microseconds since 1970; null for what is neither. */
export function readMoment(text: string | null): number | null {
  if (!text) return null;
  if (/^\d{15,17}$/.test(text)) return Number(text);
  const ms = Date.parse(text);
  return Number.isFinite(ms) ? ms * 1000 : null;
}
