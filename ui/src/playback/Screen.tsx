import { Button, Loader } from "@mantine/core";
import { useEffect, useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { Camera } from "@/api/types";
import { useFailureText } from "@/elements/failures";
import { Icon } from "@/elements/Icon";
import { useLabelName } from "@/elements/labels";
import { useMoment } from "@/i18n/moment";
import { fitInside } from "@/live/overlay/mapping";
import { Pad } from "@/live/overlay/pad";
import { eachFrame } from "@/live/overlay/ticker";
import { BoxPages, boxesAt, drawBoxes } from "./boxes";
import classes from "./Playback.module.css";
import type { Conductor } from "./player/conductor";
import type { Picture, Showing } from "./player/projector";

interface ScreenProps {
  camera: Camera;
  number: number;
  conductor: Conductor;
  showing: Showing | undefined;
  boxes: boolean;
  onClose: (() => void) | null;
}

/** One camera's recording, with what was seen drawn over it. */
export function Screen({ camera, number, conductor, showing, boxes, onClose }: ScreenProps) {
  const { t } = useTranslation();
  const frame = useRef<HTMLDivElement>(null);
  const video = useRef<HTMLVideoElement>(null);
  const still = useRef<HTMLCanvasElement>(null);
  const picture = useRef<Picture | null>(null);
  useEffect(() => {
    if (!video.current || !still.current) return;
    const surfaces = { video: video.current, canvas: still.current };
    const shown = (one: Picture) => {
      picture.current = one;
      // Read by tests, and by people who look into the page: which picture this is.
      if (frame.current) frame.current.dataset.shownUs = String(one.tUs);
    };
    const remove = conductor.add(camera.id, surfaces, shown);
    return () => {
      picture.current = null;
      remove();
    };
  }, [conductor, camera.id]);
  const state = showing?.state ?? "loading";
  const look = `${classes.picture} ${state === "gap" || state === "failed" ? classes.dim : ""}`;
  return (
    <div
      ref={frame}
      className={classes.screen}
      data-camera={camera.id}
      data-state={state}
      role="group"
      aria-label={t("live.tile", { number, name: camera.name })}
    >
      <canvas ref={still} className={look} />
      <video ref={video} className={look} muted playsInline disablePictureInPicture />
      <Boxes camera={camera.id} picture={picture} on={boxes && state === "shown"} />
      <Said showing={showing} />
      <div className={classes.name}>
        <span className={classes.number}>{number}</span>
        <span>{camera.name}</span>
      </div>
      {onClose && (
        <button
          type="button"
          className={classes.close}
          onClick={onClose}
          title={t("playback.removeCamera", { name: camera.name })}
          aria-label={t("playback.removeCamera", { name: camera.name })}
        >
          <Icon name="cross" size={16} />
        </button>
      )}
    </div>
  );
}

interface BoxesProps {
  camera: string;
  picture: React.RefObject<Picture | null>;
  on: boolean;
}

/** Drawn outside React, for exactly the picture that is on the screen. */
function Boxes({ camera, picture, on }: BoxesProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const name = useLabelName();
  const pages = useMemo(() => new BoxPages(camera), [camera]);
  useEffect(() => {
    const element = canvas.current;
    if (!element || !on) return;
    const pad = new Pad(element);
    const forget = eachFrame((nowMs) => {
      const shown = picture.current;
      if (!shown) return;
      const tracks = pages.at(shown.tUs);
      if (!pad.due(nowMs, shown.tUs, tracks.length)) return;
      const place = fitInside(pad.width, pad.height, shown.width, shown.height);
      const pen = pad.clear();
      if (pen) drawBoxes(pen, boxesAt(tracks, shown.tUs), place, name);
      pad.moving = false;
    });
    return () => {
      forget();
      pad.clear();
      pad.close();
    };
  }, [pages, picture, name, on]);
  return <canvas ref={canvas} className={classes.overlay} data-layer="boxes" />;
}

/** Why there is no picture; nothing while there is one. */
function Said({ showing }: { showing: Showing | undefined }) {
  const { t } = useTranslation();
  const moment = useMoment();
  const failure = useFailureText();
  switch (showing?.state) {
    case "shown":
      return null;
    case "gap":
      return (
        <Message title={t("playback.noFootage")}>
          {showing.cause && <small>{t(`playback.cause.${showing.cause.cause}`)}</small>}
          {showing.untilUs !== null && (
            <small>{t("playback.nextAt", { time: moment.full(showing.untilUs) })}</small>
          )}
        </Message>
      );
    case "unsupported":
      return (
        <Message title={t("live.unsupported", { codec: showing.codec.toUpperCase() })}>
          <small>{t("playback.unsupportedHelp")}</small>
          <Button
            component="a"
            size="compact-sm"
            href={`/api/v1/footage/${encodeURIComponent(showing.file)}/media.mp4`}
            download
          >
            {t("playback.downloadFile")}
          </Button>
        </Message>
      );
    case "failed":
      return (
        <Message title={t("state.failed")}>
          <small>{failure(showing.error)}</small>
        </Message>
      );
    default:
      return (
        <div className={classes.waiting} role="status" aria-label={t("playback.loading")}>
          <Loader size="sm" color="gray.2" type="dots" />
        </div>
      );
  }
}

function Message(props: { title: string; children: React.ReactNode }) {
  return (
    <div className={classes.message} role="alert">
      <Icon name="playback" size={26} />
      <strong>{props.title}</strong>
      {props.children}
    </div>
  );
}
