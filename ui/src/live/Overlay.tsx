import { type RefObject, useEffect, useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { Camera } from "@/api/types";
import type { Layer } from "@/app/preferences";
import { useLabelName } from "@/elements/labels";
import { areasOf } from "./overlay/areas";
import { drawFrame } from "./overlay/draw";
import { fitInside } from "./overlay/mapping";
import { observations } from "./overlay/observations";
import { eachFrame } from "./overlay/ticker";
import type { LivePlayer } from "./player/player";
import classes from "./Tile.module.css";

// Boxes need no more than this; the screen's own rate would cost a small machine its video.
const LEAST_MS = 30;

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

/** The canvas with its size in CSS pixels, and when it was last drawn on. */
class Pad {
  width = 0;
  height = 0;
  moving = true;
  private drawnAt = 0;
  private drawnFor = -1;
  private resized = true;
  private readonly observer: ResizeObserver;
  private readonly canvas: HTMLCanvasElement;

  constructor(canvas: HTMLCanvasElement) {
    this.canvas = canvas;
    this.observer = new ResizeObserver(() => this.measure());
    this.observer.observe(canvas);
    this.measure();
  }

  /** Whether it is time to draw again: something new, or something that moves by itself. */
  due(nowMs: number, tUs: number, heardAt: number): boolean {
    if (nowMs - this.drawnAt < LEAST_MS && !this.resized) return false;
    const what = tUs + heardAt;
    if (what === this.drawnFor && !this.moving && !this.resized) return false;
    this.drawnAt = nowMs;
    this.drawnFor = what;
    this.resized = false;
    return this.width > 0;
  }

  clear(): CanvasRenderingContext2D | null {
    const pen = this.canvas.getContext("2d");
    pen?.clearRect(0, 0, this.width, this.height);
    return pen;
  }

  close(): void {
    this.observer.disconnect();
  }

  private measure(): void {
    const { clientWidth, clientHeight } = this.canvas;
    if (clientWidth === this.width && clientHeight === this.height) return;
    const sharpness = Math.min(2, window.devicePixelRatio || 1);
    this.width = clientWidth;
    this.height = clientHeight;
    this.canvas.width = Math.round(clientWidth * sharpness);
    this.canvas.height = Math.round(clientHeight * sharpness);
    this.canvas.getContext("2d")?.scale(sharpness, sharpness);
    this.resized = true;
  }
}
