import { type RefObject, useEffect, useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { Camera } from "@/api/types";
import type { Layer } from "@/app/preferences";
import { useLabelName } from "@/elements/labels";
import { areasOf } from "./overlay/areas";
import { drawFrame } from "./overlay/draw";
import { fitInside } from "./overlay/mapping";
import { observations } from "./overlay/observations";
import { Pad } from "./overlay/pad";
import { eachFrame } from "./overlay/ticker";
import type { LivePlayer } from "./player/player";
import classes from "./Tile.module.css";

interface OverlayProps {
  camera: Camera;
  player: RefObject<LivePlayer | null>;
  alarmedRule: string | null;
  layers: Record<Layer, boolean>;
}

/** Boxes, trails, zones and lines over the picture, drawn outside React. */
export function Overlay({ camera, player, alarmedRule, layers }: OverlayProps) {
  const { i18n } = useTranslation();
  const canvas = useRef<HTMLCanvasElement>(null);
  const name = useLabelName();
  const areas = useMemo(() => areasOf(camera, alarmedRule), [camera, alarmedRule]);
  // The language is named because a new one renames the labels.
  useEffect(() => {
    const element = canvas.current;
    if (!element) return;
    const pad = new Pad(element);
    const forget = eachFrame((nowMs) => {
      const shown = player.current?.shown ?? null;
      const heard = observations.of(camera.id);
      const newest = heard.at(-1);
      if (!pad.due(nowMs, shown?.tUs ?? 0, newest?.at ?? 0)) return;
      const picture = fitInside(pad.width, pad.height, shown?.width ?? 16, shown?.height ?? 9);
      const pen = pad.clear();
      if (!pen) return;
      const frame = { areas, heard, tUs: shown?.tUs ?? null, nowMs, picture, layers, name };
      pad.moving = drawFrame(pen, frame);
    });
    return () => {
      forget();
      pad.close();
    };
  }, [camera.id, player, areas, layers, name, i18n.language]);
  return <canvas ref={canvas} className={classes.overlay} />;
}
