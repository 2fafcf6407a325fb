import type { Camera } from "@/api/types";
import { type Layer, usePreferences } from "@/app/preferences";
import { Overlay } from "./Overlay";
import type { Live } from "./player/useLive";
import classes from "./Tile.module.css";
import { TileMessage } from "./TileMessage";

interface LivePictureProps {
  camera: Camera;
  live: Live;
  alarmedRule?: string | null;
  /** What is drawn over it; what the person chose for the wall if left out. */
  layers?: Record<Layer, boolean>;
  onStream: (stream: string) => void;
}

/** A camera's live picture with what is seen on it, filling its frame. */
export function LivePicture(props: LivePictureProps) {
  const { camera, live, alarmedRule = null } = props;
  const chosen = usePreferences((preferences) => preferences.layers);
  const dim = live.playing.state !== "live" && live.playing.state !== "waiting";
  const look = `${classes.picture} ${dim ? classes.dim : ""}`;
  return (
    <>
      <canvas ref={live.canvas} className={look} />
      <video ref={live.video} className={look} muted playsInline disablePictureInPicture />
      <Overlay
        camera={camera}
        player={live.player}
        alarmedRule={alarmedRule}
        layers={props.layers ?? chosen}
      />
      <TileMessage camera={camera} playing={live.playing} onStream={props.onStream} />
    </>
  );
}
