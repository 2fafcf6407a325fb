// Draws the timeline; pixels of the canvas are CSS pixels.
import { colourOf } from "@/live/overlay/colours";
import type { TimelineAnswer, TimelineEvent } from "../api";
import { toX, type View } from "./scale";

export type Pen = CanvasRenderingContext2D;

export interface Row {
  camera: string;
  name: string;
  data: TimelineAnswer | null;
  /** The span `data` was asked for: its buckets fill it. */
  page: View;
}

export interface Palette {
  text: string;
  quiet: string;
  edge: string;
  surface: string;
  raised: string;
  footage: string;
  motion: string;
  gap: string;
  playhead: string;
  severity: Record<TimelineEvent["severity"], string>;
}

export interface Sheet {
  width: number;
  height: number;
  view: View;
  rows: readonly Row[];
  marks: readonly { tUs: number; text: string; strong: boolean }[];
  tUs: number;
  nowUs: number;
  hoverUs: number | null;
  selection: View | null;
  palette: Palette;
}

export const AXIS = 24;
const BAR = 8;
const FONT = '11px system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif';

export function rowHeight(height: number, rows: number): number {
  return (height - AXIS) / Math.max(1, rows);
}

/** Which row a pixel is in; null on the axis. */
export function rowAt(y: number, height: number, rows: number): number | null {
  if (y < AXIS || rows === 0) return null;
  return Math.min(rows - 1, Math.floor((y - AXIS) / rowHeight(height, rows)));
}

export function paint(pen: Pen, sheet: Sheet): void {
  const { width, height, palette } = sheet;
  pen.clearRect(0, 0, width, height);
  pen.fillStyle = palette.surface;
  pen.fillRect(0, 0, width, height);
  const tall = rowHeight(height, sheet.rows.length);
  sheet.rows.forEach((row, index) => {
    paintRow(pen, sheet, row, { top: AXIS + index * tall, height: tall });
  });
  paintAxis(pen, sheet);
  paintFuture(pen, sheet);
  if (sheet.selection) paintSelection(pen, sheet, sheet.selection);
  if (sheet.hoverUs !== null) paintHover(pen, sheet, sheet.hoverUs);
  paintPlayhead(pen, sheet);
}

interface Band {
  top: number;
  height: number;
}

function paintRow(pen: Pen, sheet: Sheet, row: Row, band: Band): void {
  const { palette, width } = sheet;
  const foot = band.top + band.height;
  pen.fillStyle = palette.edge;
  pen.fillRect(0, foot - 1, width, 1);
  if (row.data) {
    const bar = { top: foot - BAR - 4, height: BAR };
    const curve = { top: band.top + 16, height: band.height - BAR - 22 };
    paintMotion(pen, sheet, row, curve);
    paintFootage(pen, sheet, row.data, bar);
    paintGaps(pen, sheet, row.data, { top: band.top + 2, height: band.height - 5 });
    paintEvents(pen, sheet, row, band);
  }
  pen.font = `600 ${FONT}`;
  pen.textAlign = "left";
  pen.textBaseline = "top";
  // A plate behind, or marks would run through the name.
  pen.fillStyle = palette.surface;
  pen.globalAlpha = 0.75;
  pen.fillRect(4, band.top + 2, pen.measureText(row.name).width + 8, 14);
  pen.globalAlpha = 1;
  pen.fillStyle = palette.text;
  pen.fillText(row.name, 8, band.top + 4);
}

function paintFootage(pen: Pen, sheet: Sheet, data: TimelineAnswer, bar: Band): void {
  pen.fillStyle = sheet.palette.raised;
  pen.fillRect(0, bar.top, sheet.width, bar.height);
  pen.fillStyle = sheet.palette.footage;
  for (const [from, until] of data.footage) {
    const [left, right] = edges(sheet, from, until);
    if (right > left) pen.fillRect(left, bar.top, Math.max(1, right - left), bar.height);
  }
}

function paintGaps(pen: Pen, sheet: Sheet, data: TimelineAnswer, band: Band): void {
  for (const gap of data.gaps) {
    const [left, right] = edges(sheet, gap.start_us, Math.min(gap.end_us ?? Infinity, sheet.nowUs));
    if (right - left < 2) continue;
    pen.save();
    pen.beginPath();
    pen.rect(left, band.top, right - left, band.height);
    pen.clip();
    pen.strokeStyle = sheet.palette.gap;
    pen.globalAlpha = 0.5;
    pen.lineWidth = 1;
    pen.beginPath();
    for (let x = left - band.height - (left % 8); x < right; x += 8) {
      pen.moveTo(x, band.top + band.height);
      pen.lineTo(x + band.height, band.top);
    }
    pen.stroke();
    pen.restore();
  }
}

function paintMotion(pen: Pen, sheet: Sheet, row: Row, curve: Band): void {
  const motion = row.data?.motion ?? [];
  const bucketUs = row.data?.bucket_us ?? 0;
  if (motion.length === 0 || bucketUs <= 0) return;
  const foot = curve.top + curve.height;
  pen.fillStyle = sheet.palette.motion;
  pen.beginPath();
  for (const [index, strength] of motion.entries()) {
    if (strength <= 0) continue;
    const from = row.page.fromUs + index * bucketUs;
    const [left, right] = edges(sheet, from, from + bucketUs);
    if (right <= left) continue;
    // Most movement is small: the root makes it visible beside what fills the picture.
    const tall = Math.max(1, Math.sqrt(Math.min(1, strength)) * curve.height);
    pen.rect(left, foot - tall, Math.max(1, right - left), tall);
  }
  pen.fill();
}

function paintEvents(pen: Pen, sheet: Sheet, row: Row, band: Band): void {
  if (row.data?.event_counts?.length) return paintCounts(pen, sheet, row, band);
  for (const event of row.data?.events ?? []) {
    const x = toX(sheet.view, sheet.width, event.t_us);
    if (x < -6 || x > sheet.width + 6) continue;
    paintMark(pen, sheet, event, x, band);
  }
}

/** Severity by form as well as by colour: a dot, a diamond, a taller diamond with a stem. */
function paintMark(pen: Pen, sheet: Sheet, event: TimelineEvent, x: number, band: Band): void {
  const y = band.top + 13;
  const size = event.severity === "critical" ? 6 : event.severity === "warning" ? 5 : 3.5;
  pen.fillStyle = sheet.palette.severity[event.severity];
  pen.globalAlpha = 0.6;
  pen.fillRect(x - 0.5, y, 1, band.height - 17);
  pen.globalAlpha = 1;
  pen.beginPath();
  if (event.severity === "info") pen.arc(x, y, size, 0, 7);
  else {
    pen.moveTo(x, y - size);
    pen.lineTo(x + size, y);
    pen.lineTo(x, y + size);
    pen.lineTo(x - size, y);
  }
  pen.closePath();
  pen.fill();
  pen.strokeStyle = sheet.palette.surface;
  pen.lineWidth = 1;
  pen.stroke();
  if (event.severity !== "info" || !event.label) return;
  pen.fillStyle = colourOf(event.label);
  pen.beginPath();
  pen.arc(x, y, 1.6, 0, 7);
  pen.fill();
}

function paintCounts(pen: Pen, sheet: Sheet, row: Row, band: Band): void {
  const counts = row.data?.event_counts ?? [];
  const bucketUs = row.data?.bucket_us ?? 0;
  const most = Math.max(1, ...counts);
  pen.fillStyle = sheet.palette.severity.warning;
  for (const [index, count] of counts.entries()) {
    if (count === 0) continue;
    const from = row.page.fromUs + index * bucketUs;
    const [left, right] = edges(sheet, from, from + bucketUs);
    if (right <= left) continue;
    pen.globalAlpha = 0.35 + 0.65 * (count / most);
    pen.fillRect(left, band.top + 18, Math.max(1.5, right - left), 5);
  }
  pen.globalAlpha = 1;
}

function paintAxis(pen: Pen, sheet: Sheet): void {
  const { palette, width, height } = sheet;
  pen.fillStyle = palette.raised;
  pen.fillRect(0, 0, width, AXIS);
  pen.fillStyle = palette.edge;
  pen.fillRect(0, AXIS - 1, width, 1);
  pen.textAlign = "left";
  pen.textBaseline = "middle";
  let free = -Infinity;
  for (const { tUs, text, strong } of sheet.marks) {
    const x = Math.round(toX(sheet.view, width, tUs));
    pen.fillStyle = palette.edge;
    pen.fillRect(x, AXIS - 7, 1, height);
    if (x < free) continue;
    pen.font = strong ? `600 ${FONT}` : FONT;
    pen.fillStyle = strong ? palette.text : palette.quiet;
    pen.fillText(text, x + 4, AXIS / 2);
    free = x + pen.measureText(text).width + 12;
  }
}

/** What has not happened yet is darker. */
function paintFuture(pen: Pen, sheet: Sheet): void {
  const x = toX(sheet.view, sheet.width, sheet.nowUs);
  if (x >= sheet.width) return;
  pen.fillStyle = sheet.palette.raised;
  pen.globalAlpha = 0.7;
  pen.fillRect(Math.max(0, x), AXIS, sheet.width, sheet.height);
  pen.globalAlpha = 1;
}

function paintSelection(pen: Pen, sheet: Sheet, selection: View): void {
  const [left, right] = [selection.fromUs, selection.untilUs].map((tUs) =>
    toX(sheet.view, sheet.width, tUs),
  ) as [number, number];
  pen.fillStyle = sheet.palette.footage;
  pen.globalAlpha = 0.18;
  pen.fillRect(left, AXIS, right - left, sheet.height);
  pen.globalAlpha = 1;
  for (const x of [left, right]) {
    pen.fillStyle = sheet.palette.text;
    pen.fillRect(x - 1, AXIS, 2, sheet.height);
    pen.beginPath();
    pen.roundRect(x - 5, sheet.height / 2 + AXIS / 2 - 13, 10, 26, 3);
    pen.fill();
    pen.fillStyle = sheet.palette.surface;
    pen.fillRect(x - 2, sheet.height / 2 + AXIS / 2 - 6, 1, 12);
    pen.fillRect(x + 1, sheet.height / 2 + AXIS / 2 - 6, 1, 12);
  }
}

function paintHover(pen: Pen, sheet: Sheet, tUs: number): void {
  const x = Math.round(toX(sheet.view, sheet.width, tUs));
  pen.fillStyle = sheet.palette.quiet;
  pen.globalAlpha = 0.6;
  pen.fillRect(x, 0, 1, sheet.height);
  pen.globalAlpha = 1;
}

function paintPlayhead(pen: Pen, sheet: Sheet): void {
  const x = toX(sheet.view, sheet.width, sheet.tUs);
  if (x < -8 || x > sheet.width + 8) return;
  pen.fillStyle = sheet.palette.playhead;
  pen.fillRect(x - 1, AXIS - 6, 2, sheet.height);
  pen.beginPath();
  pen.moveTo(x - 6, AXIS - 11);
  pen.lineTo(x + 6, AXIS - 11);
  pen.lineTo(x, AXIS - 1);
  pen.fill();
}

function edges(sheet: Sheet, fromUs: number, untilUs: number): [number, number] {
  const left = toX(sheet.view, sheet.width, fromUs);
  const right = toX(sheet.view, sheet.width, untilUs);
  return [Math.max(0, left), Math.min(sheet.width, right)];
}
