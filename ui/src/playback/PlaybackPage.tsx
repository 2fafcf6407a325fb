import { Skeleton } from "@mantine/core";
import { useElementSize } from "@mantine/hooks";
import { useEffect, useRef, useState, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { useSession, useSite } from "@/api/queries";
import type { Camera } from "@/api/types";
import { usePreferences } from "@/app/preferences";
import { Empty, Failed } from "@/elements/states";
import { ExportDialog } from "@/exports/ExportDialog";
import { layoutOf } from "@/live/layout";
import { toggleFull } from "@/live/Tile";
import { serverNowUs } from "@/socket/health";
import { archive } from "./api";
import { CameraChoice, LayerSwitch, Moment, Tools } from "./Bar";
import { Controls, KeysHelp } from "./Controls";
import { NoticeLine } from "./NoticeLine";
import classes from "./Playback.module.css";
import { Conductor, type Score } from "./player/conductor";
import { Screen } from "./Screen";
import { eventsIn, Side } from "./Side";
import { centred, following, HOUR_US, neighbourEvent, type View, zoom } from "./timeline/scale";
import { Timeline } from "./timeline/Timeline";
import { useRows } from "./timeline/useRows";
import { MOST_CAMERAS, momentInAddress, type Place, usePlace } from "./usePlace";
import { usePlaybackKeys } from "./usePlaybackKeys";

/** Recordings: up to four cameras on one clock, with their timeline. */
export function PlaybackPage() {
  const { t } = useTranslation();
  const site = useSite();
  if (site.error && !site.data) {
    return <Failed error={site.error} onRetry={() => void site.refetch()} />;
  }
  if (!site.data) {
    return (
      <div className={classes.main} aria-busy="true" style={{ flex: 1, padding: 12, gap: 12 }}>
        <Skeleton h={36} />
        <Skeleton flex={1} radius="md" />
        <Skeleton h={100} />
      </div>
    );
  }
  if (site.data.cameras.length === 0) {
    return <Empty icon="playback" title={t("live.empty")} text={t("playback.emptyText")} />;
  }
  return <Known all={site.data.cameras} />;
}

function Known({ all }: { all: readonly Camera[] }) {
  const place = usePlace(all);
  const conductor = useConductor(place);
  // It is made after the first drawing, so that a page drawn twice leaves none behind.
  return conductor && <Player all={all} place={place} conductor={conductor} />;
}

/** A minute ago there is footage already, and the minute is packed. */
const USUAL_US = 60_000_000;
const REMEMBER_MS = 700;

function useConductor(place: Place): Conductor | null {
  const [conductor, setConductor] = useState<Conductor | null>(null);
  const asked = useRef(place.tUs);
  const written = useRef<number | null>(null);
  const { tUs, remember } = place;
  useEffect(() => {
    const one = new Conductor(archive, asked.current ?? serverNowUs() - USUAL_US, serverNowUs);
    setConductor(one);
    return () => one.close();
  }, []);
  // Another address of the same page, such as from an alarm or the browser's back button.
  useEffect(() => {
    if (tUs !== null && tUs !== written.current && tUs !== asked.current) conductor?.seek(tUs);
    asked.current = tUs;
  }, [tUs, conductor]);
  useEffect(() => {
    const timer = setInterval(() => {
      const now = conductor?.read();
      // Nor while the address tells of a moment that is still to be gone to.
      if (!now || now.playing || momentInAddress() !== asked.current) return;
      const ms = Math.floor(now.tUs / 1000) * 1000;
      if (ms === written.current || (written.current === null && now.waiting)) return;
      written.current = ms;
      asked.current = ms;
      remember(now.tUs);
    }, REMEMBER_MS);
    return () => clearInterval(timer);
  }, [conductor, remember]);
  return conductor;
}

interface PlayerProps {
  all: readonly Camera[];
  place: Place;
  conductor: Conductor;
}

function Player({ all, place, conductor }: PlayerProps) {
  const score = useSyncExternalStore(conductor.hear, conductor.read);
  const table = useTable(place, conductor, score);
  const full = useRef<HTMLDivElement>(null);
  const boxes = usePreferences((preferences) => preferences.layers.boxes);
  useEdges(table, conductor);
  usePageKeys({ all, place, conductor }, table, () => toggleFull(full.current));
  return (
    <div className={classes.page}>
      <section className={classes.main}>
        <div className={classes.bar}>
          <CameraChoice all={all} chosen={place.cameras} onChoose={place.choose} />
          <Moment tUs={score.tUs} onSeek={table.seek} />
          <LayerSwitch />
        </div>
        <div className={classes.area} ref={full}>
          <NoticeLine notice={score.notice} />
          <Screens place={place} conductor={conductor} score={score} boxes={boxes} />
        </div>
        <Foot conductor={conductor} score={score} table={table} />
      </section>
      <Side
        cameras={place.cameras}
        rows={table.rows}
        view={table.view}
        tUs={score.tUs}
        nowUs={table.nowUs}
        onView={table.look}
        onSeek={table.seek}
      />
      {table.exporting && table.selection && (
        <ExportDialog
          cameras={place.cameras}
          range={table.selection}
          onRange={table.select}
          onClose={table.closeExport}
        />
      )}
    </div>
  );
}

function useMayExport(): boolean {
  return useSession().data?.rights.includes("footage.export") ?? false;
}

function usePageKeys(
  { all, place, conductor }: PlayerProps,
  table: Table,
  full: () => void,
): void {
  const mayExport = useMayExport();
  const toggle = usePreferences((preferences) => preferences.toggle);
  usePlaybackKeys(
    {
      conductor,
      toEvent: table.toEvent,
      zoomBy: table.zoomBy,
      camera: (number) => toggleCamera(all, place, number),
      exportIt: mayExport ? table.openExport : () => undefined,
      mark: table.mark,
      boxes: () => toggle("boxes"),
      full,
      mute: () => conductor.setSound(!conductor.read().sound),
    },
    !table.exporting,
  );
}

interface FootProps {
  conductor: Conductor;
  score: Score;
  table: Table;
}

/** Below the pictures: what plays them, and the timeline. */
function Foot({ conductor, score, table }: FootProps) {
  const mayExport = useMayExport();
  const sound = Object.values(score.cameras).some((one) => one.state === "shown" && one.sound);
  return (
    <>
      <div className={classes.controls}>
        <Controls conductor={conductor} score={score} onEvent={table.toEvent} sound={sound} />
        <span className={classes.spacer} />
        <Tools
          onZoom={table.zoomBy}
          onHere={table.centre}
          onExport={mayExport ? table.openExport : null}
          selecting={table.selection !== null}
          onClear={() => table.select(null)}
        />
        <KeysHelp />
      </div>
      <div className={classes.timeline}>
        <Timeline
          rows={table.rows.rows}
          view={table.view}
          tUs={score.tUs}
          nowUs={table.nowUs}
          selection={table.selection}
          onView={table.look}
          onSelection={table.select}
          onSeek={table.seek}
        />
      </div>
    </>
  );
}

/** The state around the timeline: what it shows, what is selected, where its events are. */
function useTable({ cameras }: Place, conductor: Conductor, score: Score) {
  const [view, setView] = useState(() => centred(score.tUs, HOUR_US));
  const [selection, setSelection] = useState<View | null>(null);
  const [exporting, setExporting] = useState(false);
  const nowUs = Math.floor(serverNowUs() / 5e6) * 5e6;
  const rows = useRows(cameras, view, nowUs);
  const { tUs, playing } = score;
  useEffect(() => {
    if (playing) setView((old) => following(old, tUs));
  }, [tUs, playing]);
  const seek = (at: number) => {
    conductor.seek(at);
    setView((old) => following(old, at));
  };
  const usual = (): View => ({ fromUs: tUs - 15e6, untilUs: tUs + 15e6 });
  return {
    view,
    look: setView,
    selection,
    select: setSelection,
    exporting,
    rows,
    nowUs,
    seek,
    centre: () => setView((old) => centred(tUs, old.untilUs - old.fromUs)),
    zoomBy: (factor: number) => setView((old) => zoom(following(old, tUs), factor, tUs)),
    toEvent: (direction: 1 | -1) => {
      const all = eventsIn(rows, { fromUs: 0, untilUs: Infinity }).map((one) => one.event);
      const event = neighbourEvent(all, conductor.read().tUs, direction);
      if (event) seek(event.t_us);
    },
    mark: (edge: "from" | "until") =>
      setSelection((old) => withEdge(old ?? usual(), edge, conductor.read().tUs)),
    openExport: () => {
      conductor.pause();
      setSelection((old) => old ?? usual());
      setExporting(true);
    },
    closeExport: () => setExporting(false),
  };
}

type Table = ReturnType<typeof useTable>;

function withEdge(range: View, edge: "from" | "until", tUs: number): View {
  const least = 1e6;
  if (edge === "from") return { fromUs: tUs, untilUs: Math.max(range.untilUs, tUs + least) };
  return { fromUs: Math.min(range.fromUs, tUs - least), untilUs: tUs };
}

/** A view that the playhead left while it stood still comes back to it on a jump of its own. */
function useEdges(table: Table, conductor: Conductor): void {
  const { look } = table;
  useEffect(() => {
    let known = conductor.read().tUs;
    return conductor.hear(() => {
      const { tUs } = conductor.read();
      if (Math.abs(tUs - known) > 2e6) look((old) => following(old, tUs));
      known = tUs;
    });
  }, [conductor, look]);
}

interface ScreensProps {
  place: Place;
  conductor: Conductor;
  score: Score;
  boxes: boolean;
}

const SPACE = 6;

function Screens({ place, conductor, score, boxes }: ScreensProps) {
  const { cameras, choose } = place;
  const { ref, width, height } = useElementSize<HTMLDivElement>();
  const { columns, rows } = layoutOf("auto", cameras.length, { width, height }, 0);
  const wide = Math.min(
    (width - (columns - 1) * SPACE) / columns,
    ((height - (rows - 1) * SPACE) / rows) * (16 / 9),
  );
  const style = { gridTemplateColumns: `repeat(${columns}, ${Math.max(80, Math.floor(wide))}px)` };
  return (
    <div ref={ref} className={classes.grid} style={style}>
      {cameras.map((camera, index) => (
        <Screen
          key={camera.id}
          camera={camera}
          number={index + 1}
          conductor={conductor}
          showing={score.cameras[camera.id]}
          boxes={boxes}
          onClose={
            cameras.length > 1
              ? () => choose(cameras.map((one) => one.id).filter((id) => id !== camera.id))
              : null
          }
        />
      ))}
    </div>
  );
}

/** A digit shows that camera as well, or no longer; the last one stays. */
function toggleCamera(all: readonly Camera[], place: Place, number: number): void {
  const camera = all[number - 1];
  if (!camera) return;
  const ids = place.cameras.map((one) => one.id);
  if (!ids.includes(camera.id)) {
    if (ids.length < MOST_CAMERAS) place.choose([...ids, camera.id]);
  } else if (ids.length > 1) place.choose(ids.filter((id) => id !== camera.id));
}
