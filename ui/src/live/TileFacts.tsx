import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Camera, LaneStatus } from "@/api/types";
import { serverNowUs, useHealth } from "@/socket/health";
import type { Live } from "./player/useLive";
import classes from "./Tile.module.css";

/** The tile's foot: name, state, rates, delay; and which detector looks. */
export function TileFacts({ camera, live, hint }: { camera: Camera; live: Live; hint: boolean }) {
  const { t } = useTranslation();
  const lane = useHealth((health) => health.lanes[camera.id]);
  const stream = useHealth((health) =>
    health.streams[camera.id]?.find((one) => one.state === "live"),
  );
  const delay = useDelay(live);
  const looking = ({ awake, fps }: LaneStatus) =>
    awake ? t("live.looking", { fps: fps.toFixed(1) }) : t("live.quiet");
  const facts = [
    stream && stream.fps > 0 ? t("live.fps", { fps: Math.round(stream.fps) }) : null,
    lane?.state === "running" ? looking(lane) : null,
    delay === null ? null : t("live.delay", { seconds: delay.toFixed(1) }),
  ].filter((fact) => fact !== null);
  return (
    <>
      {hint && live.playing.state === "live" && <DetectorHint camera={camera.id} />}
      <div className={classes.foot}>
        <div className={classes.name}>
          <span className={classes.dot} data-state={live.playing.state} />
          <span>{camera.name}</span>
        </div>
        <div className={classes.facts}>{facts.join(" · ")}</div>
      </div>
    </>
  );
}

/** Which detector looks, on hovering; that nobody looks, always. */
function DetectorHint({ camera }: { camera: string }) {
  const { t } = useTranslation();
  const lane = useHealth((health) => health.lanes[camera]);
  if (lane?.state === "failed") {
    return (
      <div className={classes.hint} title={lane.reason} data-grave>
        {t("live.analysisFailed", { reason: lane.reason })}
      </div>
    );
  }
  return lane?.detector ? <div className={classes.hint}>{lane.detector}</div> : null;
}

/** How old the picture on the screen is, in seconds; null while there is none. */
function useDelay({ player, playing }: Live): number | null {
  const [delay, setDelay] = useState<number | null>(null);
  useEffect(() => {
    if (playing.state !== "live") {
      setDelay(null);
      return;
    }
    const timer = setInterval(() => {
      const shown = player.current?.shown;
      if (!shown) return;
      const ageS = (serverNowUs() - shown.tUs) / 1e6;
      // A clip that is replayed carries the time it was filmed.
      setDelay(ageS > -1 && ageS < 60 ? Math.max(0, ageS) : null);
    }, 1000);
    return () => clearInterval(timer);
  }, [player, playing.state]);
  return delay;
}
