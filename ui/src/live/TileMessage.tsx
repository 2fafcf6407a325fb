import { Button, Loader } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Camera } from "@/api/types";
import { Icon } from "@/elements/Icon";
import { useMoment } from "@/i18n/moment";
import { useHealth } from "@/socket/health";
import type { Playing } from "./player/player";
import classes from "./Tile.module.css";

interface TileMessageProps {
  camera: Camera;
  playing: Playing;
  onStream: (stream: string) => void;
}

/** Why there is no picture just now; nothing while there is one. */
export function TileMessage({ camera, playing, onStream }: TileMessageProps) {
  const { t } = useTranslation();
  switch (playing.state) {
    case "live":
      return null;
    case "connecting":
    case "waiting":
      return (
        <div className={classes.message} role="status">
          <Loader size="sm" color="gray.2" type="dots" />
          <span>{t(`live.${playing.state}`)}</span>
        </div>
      );
    case "unsupported":
      return <Unsupported camera={camera} codec={playing.codec} onStream={onStream} />;
    case "refused":
    case "lost":
      return <Trouble title={t(`live.${playing.state}`)} />;
    default:
      return <Away camera={camera.id} playing={playing} />;
  }
}

function Away({
  camera,
  playing,
}: {
  camera: string;
  playing: Playing & { reason: string } & { sinceMs: number };
}) {
  const { t } = useTranslation();
  const moment = useMoment();
  const status = useHealth((health) => health.streams[camera]?.find((one) => one.state !== "live"));
  const sinceUs = status?.since_us ?? playing.sinceMs * 1000;
  const state =
    playing.state === "silent" || playing.state === "stopped" ? playing.state : "failed";
  return (
    <Trouble
      title={t(`live.${state}`)}
      reason={playing.reason || status?.reason || ""}
      since={t("live.since", { time: moment.clock(sinceUs) })}
    />
  );
}

function Trouble(props: { title: string; reason?: string; since?: string }) {
  return (
    <div className={classes.message} role="alert">
      <Icon name="unplugged" size={26} />
      <strong>{props.title}</strong>
      {props.reason && <small>{props.reason}</small>}
      {props.since && <small>{props.since}</small>}
    </div>
  );
}

function Unsupported(props: { camera: Camera; codec: string; onStream: (stream: string) => void }) {
  const { t } = useTranslation();
  const shown = props.camera.streams.find((stream) => stream.roles.includes("live"));
  const other = props.camera.streams.find((stream) => stream.id !== shown?.id);
  return (
    <div className={classes.message} role="alert">
      <strong>{t("live.unsupported", { codec: props.codec.toUpperCase() })}</strong>
      {other ? (
        <Button
          size="compact-sm"
          onClick={(event) => {
            event.stopPropagation();
            props.onStream(other.id);
          }}
        >
          {t("live.useStream", { stream: other.id })}
        </Button>
      ) : (
        <small>{t("live.unsupportedHelp")}</small>
      )}
    </div>
  );
}
