import { type MouseEvent, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { useAlarmNews } from "@/alarms/news";
import type { Alarm, Camera } from "@/api/types";
import { Icon } from "@/elements/Icon";
import { LivePicture } from "./LivePicture";
import { useLive } from "./player/useLive";
import classes from "./Tile.module.css";
import { TileFacts } from "./TileFacts";

/** An alarm nobody answered marks its tile for so long. */
const ALARM_MS = 30_000;

interface TileProps {
  camera: Camera;
  /** Whether it is the only one on the wall. */
  single: boolean;
  number: number;
  onToggle: () => void;
}

/** One camera: its live picture, what is seen on it, and how it is doing. */
export function Tile({ camera, single, number, onToggle }: TileProps) {
  const { t } = useTranslation();
  const frame = useRef<HTMLDivElement>(null);
  const [stream, setStream] = useState<string | null>(null);
  const live = useLive(camera.id, stream, frame);
  const alarm = useTileAlarm(camera.id);
  return (
    // No button: it may not hold the buttons of the tile, which do for keys what a click does.
    <div
      ref={frame}
      className={classes.tile}
      data-single={single || undefined}
      data-camera={camera.id}
      data-state={live.playing.state}
      role="group"
      aria-label={t("live.tile", { number, name: camera.name })}
      onClick={single ? undefined : onToggle}
    >
      <LivePicture
        camera={camera}
        live={live}
        alarmedRule={alarm?.rule ?? null}
        onStream={setStream}
      />
      <TileFacts camera={camera} live={live} hint={!alarm} />
      <TileButtons single={single} onToggle={onToggle} frame={frame} />
      {alarm && <TileAlarm alarm={alarm} camera={camera} />}
    </div>
  );
}

function TileButtons(props: {
  single: boolean;
  onToggle: () => void;
  frame: React.RefObject<HTMLDivElement | null>;
}) {
  const { t } = useTranslation();
  const alone = (act: () => void) => (event: MouseEvent) => {
    event.stopPropagation();
    act();
  };
  const word = t(props.single ? "live.all" : "live.only");
  return (
    <div className={classes.buttons}>
      <button
        type="button"
        className={classes.button}
        title={word}
        aria-label={word}
        onClick={alone(props.onToggle)}
      >
        <Icon name={props.single ? "shrink" : "eye"} size={17} />
      </button>
      <button
        type="button"
        className={classes.button}
        title={t("live.full")}
        aria-label={t("live.full")}
        onClick={alone(() => toggleFull(props.frame.current))}
      >
        <Icon name="expand" size={17} />
      </button>
    </div>
  );
}

function TileAlarm({ alarm, camera }: { alarm: Alarm; camera: Camera }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const rule = camera.rules.find((one) => one.id === alarm.rule);
  return (
    <>
      <div key={alarm.id} className={classes.alarm} />
      <button
        type="button"
        className={classes.alarmName}
        aria-label={t("alarms.openOne", { rule: rule?.name ?? alarm.rule })}
        onClick={(event) => {
          event.stopPropagation();
          void navigate(`/alarms/${encodeURIComponent(alarm.id)}`);
        }}
      >
        <Icon name="bell" size={14} />
        <span>{rule?.name ?? alarm.rule}</span>
      </button>
    </>
  );
}

function useTileAlarm(camera: string): Alarm | null {
  const news = useAlarmNews(({ latest }) => latest[camera]);
  const [over, setOver] = useState<string | null>(null);
  const id = news?.alarm.id ?? null;
  const heardAt = news?.heardAt ?? 0;
  useEffect(() => {
    if (id === null) return;
    const timer = setTimeout(() => setOver(id), Math.max(0, heardAt + ALARM_MS - Date.now()));
    return () => clearTimeout(timer);
  }, [id, heardAt]);
  return news?.alarm.state === "new" && over !== id ? news.alarm : null;
}

/** Let an element fill the screen, or no longer; some phones cannot. */
export function toggleFull(element: HTMLElement | null): void {
  const done = document.fullscreenElement
    ? document.exitFullscreen()
    : element?.requestFullscreen?.();
  done?.catch(() => undefined);
}
