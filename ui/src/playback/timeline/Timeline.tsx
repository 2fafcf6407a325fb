import { useComputedColorScheme } from "@mantine/core";
import { useElementSize, useMergedRef } from "@mantine/hooks";
import { useEffect, useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";
import { useLabelName } from "@/elements/labels";
import { type MomentFormat, useMoment } from "@/i18n/moment";
import type { Gap } from "../api";
import { marks as marksOf } from "../calendar/zone";
import classes from "./Timeline.module.css";
import { AXIS, type Palette, paint, type Row, rowAt } from "./paint";
import { nearest, type Step, stepFor, toTime, type View } from "./scale";
import { type Hover, usePointer } from "./usePointer";

interface TimelineProps {
  rows: readonly Row[];
  view: View;
  tUs: number;
  nowUs: number;
  selection: View | null;
  onView: (view: View) => void;
  onSelection: (selection: View) => void;
  onSeek: (tUs: number) => void;
}

const ROW_PX = 62;
const ALONE_PX = 84;

/** Recordings, movement and events over time; a canvas one can drag, zoom and click. */
export function Timeline(props: TimelineProps) {
  const { t } = useTranslation();
  const { rows, view } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  const { ref, width, height } = useElementSize<HTMLCanvasElement>();
  const merged = useMergedRef(ref, canvas);
  const click = (x: number, y: number) => {
    const row = rows[rowAt(y, height, rows.length) ?? -1];
    const event = nearest(row?.data?.events ?? [], view, width, x);
    props.onSeek(event ? event.t_us : toTime(view, width, x));
  };
  const hover = usePointer(canvas, { ...props, onClick: click });
  useDrawing(canvas, props, { width, height }, hover);
  const tall = rows.length > 1 ? rows.length * ROW_PX : ALONE_PX;
  return (
    <div className={classes.frame} style={{ height: AXIS + tall }}>
      <canvas
        ref={merged}
        className={classes.canvas}
        role="slider"
        aria-label={t("playback.timeline")}
        aria-valuenow={Math.round(props.tUs / 1e6)}
        aria-valuemin={Math.round(view.fromUs / 1e6)}
        aria-valuemax={Math.round(view.untilUs / 1e6)}
        aria-valuetext={useMoment().full(props.tUs)}
        data-from-us={Math.round(view.fromUs)}
        data-until-us={Math.round(view.untilUs)}
      />
      {hover && width > 0 && (
        <Told hover={hover} rows={rows} view={view} size={{ width, height }} />
      )}
    </div>
  );
}

interface Size {
  width: number;
  height: number;
}

function useDrawing(
  canvas: React.RefObject<HTMLCanvasElement | null>,
  props: TimelineProps,
  { width, height }: Size,
  hover: Hover | null,
): void {
  const { view, rows, tUs, nowUs, selection } = props;
  const moment = useMoment();
  const scheme = useComputedColorScheme("dark");
  const palette = useMemo(() => (scheme === "dark" ? DARK : LIGHT), [scheme]);
  const { fromUs, untilUs } = view;
  const marks = useMemo(() => {
    const span = { fromUs, untilUs };
    const step = stepFor(span, width);
    return marksOf(fromUs, untilUs, step, moment.zone).map((at) => ({
      tUs: at,
      ...wordsOf(at, step, moment),
    }));
  }, [fromUs, untilUs, width, moment]);
  useEffect(() => {
    const element = canvas.current;
    const pen = element?.getContext("2d");
    if (!element || !pen || width === 0) return;
    const sharpness = Math.min(2, window.devicePixelRatio || 1);
    const [wide, high] = [Math.round(width * sharpness), Math.round(height * sharpness)];
    if (element.width !== wide) element.width = wide;
    if (element.height !== high) element.height = high;
    pen.setTransform(sharpness, 0, 0, sharpness, 0, 0);
    const hoverUs = hover && toTime(view, width, hover.x);
    paint(pen, { width, height, view, rows, marks, tUs, nowUs, hoverUs, selection, palette });
  });
}

function wordsOf(tUs: number, { unit }: Step, moment: MomentFormat) {
  const midnight = moment.clock(tUs) === "00:00:00";
  if (unit === "month" || unit === "year") return { text: moment.month(tUs), strong: true };
  if (unit === "day" || midnight) return { text: moment.day(tUs), strong: true };
  if (unit === "second") return { text: moment.clock(tUs), strong: false };
  return { text: moment.clock(tUs).slice(0, 5), strong: false };
}

interface ToldProps {
  hover: Hover;
  rows: readonly Row[];
  view: View;
  size: Size;
}

/** What is under the pointer, in words. */
function Told({ hover, rows, view, size }: ToldProps) {
  const { t } = useTranslation();
  const moment = useMoment();
  const label = useLabelName();
  const row = rows[rowAt(hover.y, size.height, rows.length) ?? -1];
  const tUs = toTime(view, size.width, hover.x);
  const event = nearest(row?.data?.events ?? [], view, size.width, hover.x);
  const gap = event ? null : gapAt(row, tUs);
  const left = Math.min(Math.max(hover.x, 90), Math.max(90, size.width - 90));
  return (
    <div className={classes.told} style={{ left }} role="tooltip">
      <strong>{moment.full(event?.t_us ?? tUs)}</strong>
      {event && (
        <span data-severity={event.severity}>
          {[t(`severity.${event.severity}`), event.label && label(event.label), event.rule]
            .filter(Boolean)
            .join(" · ")}
        </span>
      )}
      {gap && <span>{t(`playback.cause.${gap.cause}`)}</span>}
      {gap?.detail && <small>{gap.detail}</small>}
    </div>
  );
}

function gapAt(row: Row | undefined, tUs: number): Gap | null {
  return (
    row?.data?.gaps.find((gap) => tUs >= gap.start_us && tUs < (gap.end_us ?? Infinity)) ?? null
  );
}

const LIGHT: Palette = {
  text: "#1c2733",
  quiet: "#5b6775",
  edge: "#dde3ea",
  surface: "#ffffff",
  raised: "#f0f3f7",
  footage: "#2097c8",
  motion: "#8fb9a5",
  gap: "#9b6a00",
  playhead: "#d92d3a",
  severity: { info: "#5b6775", warning: "#b86e00", critical: "#d92d3a" },
};
const DARK: Palette = {
  text: "#e3e9f0",
  quiet: "#93a0af",
  edge: "#262f3a",
  surface: "#13181f",
  raised: "#1a212a",
  footage: "#1f8fbd",
  motion: "#3f7d68",
  gap: "#c79233",
  playhead: "#ff5d67",
  severity: { info: "#a9b6c5", warning: "#f7b23b", critical: "#ff5d67" },
};
