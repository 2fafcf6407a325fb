import { Button } from "@mantine/core";
import { useElementSize, useMediaQuery } from "@mantine/hooks";
import { useRef } from "react";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";
import { AlarmColumn } from "@/alarms/AlarmColumn";
import { useSession, useSite } from "@/api/queries";
import type { Camera } from "@/api/types";
import { useObservations } from "@/app/connection";
import { useKeys } from "@/app/keys";
import { usePreferences } from "@/app/preferences";
import { Icon } from "@/elements/Icon";
import { Empty, Failed } from "@/elements/states";
import { layoutOf, type WallLayout } from "./layout";
import { Tile, toggleFull } from "./Tile";
import classes from "./Wall.module.css";
import { WallBar } from "./WallBar";
import { WallSkeleton } from "./WallSkeleton";

/** The wall of live pictures, with the newest alarms beside it. */
export function WallPage() {
  const site = useSite();
  useObservations();
  if (site.error && !site.data) {
    return <Failed error={site.error} onRetry={() => void site.refetch()} />;
  }
  if (!site.data) return <WallSkeleton />;
  const cameras = site.data.cameras.filter((camera) => camera.enabled);
  if (cameras.length === 0) return <NoCameras disabled={site.data.cameras.length > 0} />;
  return <Wall cameras={cameras} />;
}

function Wall({ cameras }: { cameras: readonly Camera[] }) {
  const rights = useSession().data?.rights ?? [];
  const wall = useWall(cameras);
  const full = useRef<HTMLDivElement>(null);
  useWallKeys(cameras, wall, () => toggleFull(full.current));
  const alarms = rights.includes("alarms.view");
  return (
    <div className={`${classes.page} ${alarms ? "" : classes.wide}`}>
      <section className={classes.wall}>
        <WallBar
          layout={wall.layout}
          page={wall.page}
          onPage={wall.setPage}
          single={wall.single}
          onAll={wall.showAll}
        />
        <div className={classes.area} ref={full}>
          <Tiles cameras={cameras} wall={wall} />
        </div>
      </section>
      {alarms && (
        <aside className={classes.side}>
          <AlarmColumn />
        </aside>
      )}
    </div>
  );
}

function Tiles({ cameras, wall }: { cameras: readonly Camera[]; wall: WallState }) {
  const { layout, single, size } = wall;
  const shown = single ? [single] : cameras.slice(layout.first, layout.first + layout.count);
  const columns = single ? 1 : layout.columns;
  const rows = single ? 1 : layout.rows;
  // The largest tiles of 16:9 that fit; a phone stacks them and needs no width.
  const width = Math.floor(
    Math.min(
      (size.width - (columns - 1) * 6) / columns,
      ((size.height - (rows - 1) * 6) / rows) * (16 / 9),
    ),
  );
  const style = wall.phone
    ? {}
    : { gridTemplateColumns: `repeat(${columns}, ${Math.max(width, 80)}px)` };
  return (
    <div ref={wall.areaRef} className={classes.grid} style={style}>
      {size.width > 0 &&
        shown.map((camera) => (
          <Tile
            key={camera.id}
            camera={camera}
            number={cameras.indexOf(camera) + 1}
            single={single !== null}
            onToggle={() => (single ? wall.showAll() : wall.show(camera.id))}
          />
        ))}
    </div>
  );
}

interface WallState {
  layout: WallLayout;
  size: { width: number; height: number };
  areaRef: (element: HTMLDivElement | null) => void;
  single: Camera | null;
  page: number;
  phone: boolean;
  setPage: (page: number) => void;
  show: (camera: string) => void;
  showAll: () => void;
}

/** Which cameras are shown: kept in the address, so that it can be sent to somebody. */
function useWall(cameras: readonly Camera[]): WallState {
  const [query, setQuery] = useSearchParams();
  const grid = usePreferences((preferences) => preferences.grid);
  const { ref, width, height } = useElementSize<HTMLDivElement>();
  const phone = useMediaQuery("(max-width: 47.99em)", false, { getInitialValueInEffect: false });
  const single = cameras.find((camera) => camera.id === query.get("camera")) ?? null;
  const asked = Number(query.get("page") ?? 1) - 1;
  const layout = layoutOf(
    grid,
    cameras.length,
    { width, height },
    Number.isFinite(asked) ? asked : 0,
  );
  const page = layout.count > 0 ? Math.floor(layout.first / (layout.rows * layout.columns)) : 0;
  const change = (key: string, value: string | null) =>
    setQuery((old) => {
      const next = new URLSearchParams(old);
      if (value === null) next.delete(key);
      else next.set(key, value);
      return next;
    });
  return {
    layout,
    size: { width, height: phone ? Number.MAX_SAFE_INTEGER : height },
    areaRef: ref,
    single,
    page,
    phone,
    setPage: (next) => change("page", next > 0 ? String(next + 1) : null),
    show: (camera) => change("camera", camera),
    showAll: () => change("camera", null),
  };
}

function useWallKeys(cameras: readonly Camera[], wall: WallState, full: () => void): void {
  const toggle = usePreferences((preferences) => preferences.toggle);
  const tile = (number: number) => () => {
    const camera = cameras[wall.layout.first + number - 1];
    if (camera) wall.show(camera.id);
  };
  useKeys({
    ...Object.fromEntries(
      Array.from({ length: 9 }, (_, index) => [String(index + 1), tile(index + 1)]),
    ),
    Escape: wall.showAll,
    f: full,
    b: () => toggle("boxes"),
    t: () => toggle("trails"),
    z: () => toggle("zones"),
    m: () => toggle("motion"),
    "[": () => wall.setPage(wall.page - 1),
    "]": () => wall.setPage(Math.min(wall.page + 1, wall.layout.pages - 1)),
  });
}

function NoCameras({ disabled }: { disabled: boolean }) {
  const { t } = useTranslation();
  const rights = useSession().data?.rights ?? [];
  const action = rights.includes("cameras.edit") && (
    <Button
      component={Link}
      to={disabled ? "/cameras" : "/cameras?add"}
      leftSection={<Icon name="plus" size={18} />}
    >
      {t(disabled ? "nav.cameras" : "cameras.add")}
    </Button>
  );
  return (
    <Empty
      icon="camera"
      title={t(disabled ? "live.allDisabled" : "live.empty")}
      text={t(disabled ? "live.allDisabledText" : "live.emptyText")}
      action={action}
    />
  );
}
