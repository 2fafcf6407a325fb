// The timeline's maths: moments to pixels and back, zooming, dragging, and where its marks stand.
import type { Unit } from "../calendar/zone";

export interface View {
  fromUs: number;
  untilUs: number;
}

export const MINUTE_US = 60_000_000;
export const HOUR_US = 60 * MINUTE_US;
export const DAY_US = 24 * HOUR_US;
const LEAST_US = 30_000_000;
const MOST_US = 400 * DAY_US;

export function toX(view: View, width: number, tUs: number): number {
  return ((tUs - view.fromUs) / (view.untilUs - view.fromUs)) * width;
}

export function toTime(view: View, width: number, x: number): number {
  return view.fromUs + (x / width) * (view.untilUs - view.fromUs);
}

/** Zoom so that the moment at `anchorUs` stays where it is; `factor` above 1 shows less. */
export function zoom(view: View, factor: number, anchorUs: number): View {
  const span = view.untilUs - view.fromUs;
  const wanted = Math.min(MOST_US, Math.max(LEAST_US, span / factor));
  const share = (anchorUs - view.fromUs) / span;
  const fromUs = anchorUs - share * wanted;
  return { fromUs, untilUs: fromUs + wanted };
}

export function pan(view: View, byUs: number): View {
  return { fromUs: view.fromUs + byUs, untilUs: view.untilUs + byUs };
}

export function centred(tUs: number, spanUs: number): View {
  return { fromUs: tUs - spanUs / 2, untilUs: tUs + spanUs / 2 };
}

const EDGE = 0.92;
const AGAIN = 0.15;

/** The view with the playhead in it: turned like a page when it runs out on either side. */
export function following(view: View, tUs: number): View {
  const span = view.untilUs - view.fromUs;
  const share = (tUs - view.fromUs) / span;
  if (share >= 0 && share <= EDGE) return view;
  const at = share < 0 ? 1 - AGAIN : AGAIN;
  return { fromUs: tUs - at * span, untilUs: tUs + (1 - at) * span };
}

/**
 * The span to ask the server for so that it holds the view, and stays the same while one drags
 * and zooms a little: two pages of a power of two.
 */
export function pageOf(view: View): View {
  const size = MINUTE_US * 2 ** Math.ceil(Math.log2((view.untilUs - view.fromUs) / MINUTE_US));
  const fromUs = Math.floor(view.fromUs / size) * size;
  return { fromUs, untilUs: fromUs + 2 * size };
}



export interface Step {
  unit: Unit;
  every: number;
}

const STEPS: readonly (Step & { us: number })[] = [
  ...[5, 15, 30].map((every) => ({ unit: "second" as const, every, us: every * 1e6 })),
  ...[1, 2, 5, 10, 30].map((every) => ({ unit: "minute" as const, every, us: every * MINUTE_US })),
  ...[1, 2, 3, 6, 12].map((every) => ({ unit: "hour" as const, every, us: every * HOUR_US })),
  ...[1, 2, 7].map((every) => ({ unit: "day" as const, every, us: every * DAY_US })),
  ...[1, 3].map((every) => ({ unit: "month" as const, every, us: every * 30.4 * DAY_US })),
  { unit: "year", every: 1, us: 365 * DAY_US },
];

/** The smallest step whose marks are at least so many pixels apart. */
export function stepFor(view: View, width: number, leastPx = 84): Step {
  const least = ((view.untilUs - view.fromUs) / Math.max(1, width)) * leastPx;
  const { unit, every } = STEPS.find((step) => step.us >= least) ?? { unit: "year", every: 1 };
  return { unit, every };
}

/** What is under the pointer among marks that are a little wider than they are drawn. */
export function nearest<T extends { t_us: number }>(
  marks: readonly T[],
  view: View,
  width: number,
  x: number,
  reach = 6,
): T | null {
  let best: { mark: T; off: number } | null = null;
  for (const mark of marks) {
    const off = Math.abs(toX(view, width, mark.t_us) - x);
    if (off <= reach && (!best || off < best.off)) best = { mark, off };
  }
  return best?.mark ?? null;
}

/** The event after a moment or before it; a little tolerance, so that pressing again goes on. */
export function neighbourEvent<T extends { t_us: number }>(
  events: readonly T[],
  tUs: number,
  direction: 1 | -1,
  slackUs = 500_000,
): T | null {
  const sorted = [...events].sort((one, other) => one.t_us - other.t_us);
  if (direction === 1) return sorted.find((one) => one.t_us > tUs + slackUs) ?? null;
  return sorted.findLast((one) => one.t_us < tUs - slackUs) ?? null;
}
