import { ActionIcon, Menu, Switch, Text } from "@mantine/core";
import { modals } from "@mantine/modals";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Camera, LaneStatus, StreamStatus } from "@/api/types";
import { tellFailure } from "@/elements/failures";
import { Icon } from "@/elements/Icon";
import { useHealth } from "@/socket/health";
import classes from "./Cameras.module.css";
import { useChangeCamera, useDeleteCamera } from "./changes";
import { addressOf } from "./source";

const NO_STREAMS: readonly StreamStatus[] = [];

/** One camera of the list with its picture, its streams and its analysis. */
export function CameraRow(props: { camera: Camera; mayEdit: boolean; onEdit: () => void }) {
  const { camera, mayEdit, onEdit } = props;
  const streams = useHealth((health) => health.streams[camera.id]) ?? NO_STREAMS;
  const lane = useHealth((health) => health.lanes[camera.id]);
  const source = camera.streams[0]?.source;
  const address = (source && addressOf(source)?.address) ?? source?.kind;
  return (
    <li className={classes.row} data-camera={camera.id} data-off={!camera.enabled || undefined}>
      <Still camera={camera} />
      <div className={classes.cell}>
        <span className={classes.name}>{camera.name}</span>
        <span className={classes.sub} title={address}>
          {address}
        </span>
        {camera.group && <span className={classes.sub}>{camera.group}</span>}
      </div>
      <StreamCell camera={camera} streams={streams} />
      <LaneCell camera={camera} lane={lane} />
      <div className={classes.acts}>
        {mayEdit && <EnabledSwitch camera={camera} />}
        <RowMenu camera={camera} mayEdit={mayEdit} onEdit={onEdit} />
      </div>
    </li>
  );
}

function Still({ camera }: { camera: Camera }) {
  const live = useHealth((health) =>
    health.streams[camera.id]?.some((stream) => stream.state === "live"),
  );
  const [broken, setBroken] = useState(false);
  if (!live || !camera.enabled || broken) {
    return (
      <span className={classes.picture}>
        <Icon name="camera" />
      </span>
    );
  }
  return (
    <img
      className={classes.picture}
      src={`/api/v1/cameras/${encodeURIComponent(camera.id)}/snapshot.jpg?width=320`}
      alt=""
      onError={() => setBroken(true)}
    />
  );
}

function StreamCell({ camera, streams }: { camera: Camera; streams: readonly StreamStatus[] }) {
  const { t } = useTranslation();
  // The worst first: that is what one wants to know.
  const stream = streams.find((one) => one.state !== "live") ?? streams[0];
  const state = camera.enabled ? (stream?.state ?? "connecting") : "off";
  return (
    <div className={classes.cell}>
      <span className={classes.state}>
        <span className={classes.dot} data-state={state} />
        {t(`cameras.stream.${state}`)}
      </span>
      {stream?.state === "live" && camera.enabled && (
        <span className={classes.sub}>
          {[
            stream.codec.toUpperCase(),
            `${stream.width}×${stream.height}`,
            t("live.fps", { fps: Math.round(stream.fps) }),
            megabits(stream.bitrate_bps),
          ].join(" · ")}
        </span>
      )}
      {stream && stream.state !== "live" && camera.enabled && stream.reason && (
        <span className={classes.reason}>{stream.reason}</span>
      )}
    </div>
  );
}

function LaneCell({ camera, lane }: { camera: Camera; lane: LaneStatus | undefined }) {
  const { t } = useTranslation();
  if (!camera.enabled || !lane) return <div className={classes.cell} />;
  return (
    <div className={classes.cell}>
      <span className={classes.state}>
        <span className={classes.dot} data-state={lane.state} />
        {t(`cameras.lane.${lane.state}`)}
      </span>
      {lane.state === "running" && (
        <span className={classes.sub}>
          {[lane.detector, t("cameras.perSecond", { fps: lane.fps.toFixed(1) })].join(" · ")}
        </span>
      )}
      {lane.state === "failed" && <span className={classes.sub}>{lane.reason}</span>}
    </div>
  );
}

function megabits(bps: number): string {
  return `${(bps / 1e6).toFixed(1)} Mbit/s`;
}

function EnabledSwitch({ camera }: { camera: Camera }) {
  const { t } = useTranslation();
  const change = useChangeCamera();
  const set = (enabled: boolean) =>
    change.mutate(
      { id: camera.id, change: (newest) => ({ ...newest, enabled }) },
      { onError: tellFailure },
    );
  return (
    <Switch
      aria-label={t("cameras.enabled", { name: camera.name })}
      checked={change.isPending ? !camera.enabled : camera.enabled}
      disabled={change.isPending}
      onChange={(event) => set(event.currentTarget.checked)}
    />
  );
}

/** Asks with the camera's name and what goes with it, then deletes. */
function useAskToDelete(camera: Camera) {
  const { t } = useTranslation();
  const remove = useDeleteCamera();
  return () =>
    modals.openConfirmModal({
      title: t("cameras.deleteTitle", { name: camera.name }),
      centered: true,
      closeButtonProps: { "aria-label": t("action.close") },
      children: <Text size="sm">{t("cameras.deleteText", { count: camera.rules.length })}</Text>,
      labels: { confirm: t("action.delete"), cancel: t("action.cancel") },
      confirmProps: { color: "red" },
      onConfirm: () => remove.mutate(camera.id),
    });
}

function RowMenu(props: { camera: Camera; mayEdit: boolean; onEdit: () => void }) {
  const { t } = useTranslation();
  const { camera } = props;
  const askToDelete = useAskToDelete(camera);
  return (
    <Menu position="bottom-end" shadow="md">
      <Menu.Target>
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={t("cameras.menu", { name: camera.name })}
        >
          <Icon name="more" />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {camera.enabled && (
          <Menu.Item
            component={Link}
            to={`/?camera=${encodeURIComponent(camera.id)}`}
            leftSection={<Icon name="live" size={16} />}
          >
            {t("cameras.show")}
          </Menu.Item>
        )}
        <Menu.Item
          component={Link}
          to={`/cameras/${encodeURIComponent(camera.id)}/zones`}
          leftSection={<Icon name="polygon" size={16} />}
        >
          {t("zones.title")}
        </Menu.Item>
        {props.mayEdit && (
          <>
            <Menu.Item leftSection={<Icon name="pencil" size={16} />} onClick={props.onEdit}>
              {t("action.edit")}
            </Menu.Item>
            <Menu.Divider />
            <Menu.Item
              color="red"
              leftSection={<Icon name="trash" size={16} />}
              onClick={askToDelete}
            >
              {t("action.delete")}
            </Menu.Item>
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
