// How many tiles in how many columns, and which cameras are on which page of the wall.
import type { Grid } from "@/app/preferences";

const ASPECT = 16 / 9;
const MOST = 16;

/** Columns that make the tiles largest in an area of that size. */
export function bestColumns(count: number, width: number, height: number): number {
  let best = { columns: 1, size: 0 };
  for (let columns = 1; columns <= Math.max(1, count); columns += 1) {
    const rows = Math.ceil(count / columns);
    const size = Math.min(width / columns, (height / rows) * ASPECT);
    if (size > best.size + 0.5) best = { columns, size };
  }
  return best.columns;
}

export interface WallLayout {
  columns: number;
  rows: number;
  pages: number;
  /** First camera of the page and how many there are on it. */
  first: number;
  count: number;
}

/** The layout of `count` cameras on an area; `page` is held inside what there is. */
export function layoutOf(
  grid: Grid,
  count: number,
  area: { width: number; height: number },
  page: number,
): WallLayout {
  const cells = grid === "auto" ? Math.min(Math.max(count, 1), MOST) : Number(grid);
  const pages = Math.max(1, Math.ceil(count / cells));
  const first = Math.min(Math.max(page, 0), pages - 1) * cells;
  const columns =
    grid === "auto" ? bestColumns(cells, area.width, area.height) : Math.round(Math.sqrt(cells));
  return {
    columns,
    rows: Math.ceil(cells / columns),
    pages,
    first,
    count: Math.min(cells, Math.max(0, count - first)),
  };
}
