import {
  ActionIcon,
  Anchor,
  Badge,
  Button,
  Group,
  SegmentedControl,
  Skeleton,
  Switch,
  Text,
  Title,
} from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";
import { useAlarm, useEvent, useSession } from "@/api/queries";
import type { Alarm } from "@/api/types";
import { Icon } from "@/elements/Icon";
import { useLabelName } from "@/elements/labels";
import { Empty, Failed } from "@/elements/states";
import { useMoment } from "@/i18n/moment";
import { playbackAddress } from "@/playback/usePlace";
import { AlarmAnswers } from "./AlarmAnswers";
import { StateMark } from "./AlarmRow";
import classes from "./Alarms.module.css";
import { Clip } from "./Clip";
import { useAlarmNames } from "./names";
import { snapshotAddress } from "./Thumbnail";

/** One alarm, large: its picture, what fired, and the answers. */
export function AlarmDetail({ id }: { id: string }) {
  const alarm = useAlarm(id);
  if (alarm.error && !alarm.data) {
    return <Failed error={alarm.error} onRetry={() => void alarm.refetch()} />;
  }
  if (!alarm.data) {
    return (
      <div className={classes.body} aria-busy="true">
        <Skeleton h={34} w="50%" />
        <Skeleton radius="md" style={{ aspectRatio: "16 / 9" }} h="auto" />
        <Skeleton h={80} />
      </div>
    );
  }
  return <Known alarm={alarm.data} />;
}

function Known({ alarm }: { alarm: Alarm }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const names = useAlarmNames(alarm);
  const rights = useSession().data?.rights ?? [];
  return (
    <article className={classes.body} data-alarm={alarm.id} data-state={alarm.state}>
      <Group gap="sm" wrap="nowrap">
        <ActionIcon
          variant="subtle"
          color="gray"
          hiddenFrom="md"
          aria-label={t("action.back")}
          onClick={() => void navigate("/alarms")}
        >
          <Icon name="back" />
        </ActionIcon>
        <Title order={2} size="h3" flex={1} lineClamp={2}>
          {names.rule}
        </Title>
        <StateMark alarm={alarm} />
      </Group>
      <Evidence key={alarm.id} alarm={alarm} />
      {rights.includes("alarms.act") && <AlarmAnswers key={alarm.id} alarm={alarm} />}
      <Facts alarm={alarm} />
    </article>
  );
}

/** The alarm's picture, and its recording where one may see it. */
function Evidence({ alarm }: { alarm: Alarm }) {
  const { t } = useTranslation();
  const rights = useSession().data?.rights ?? [];
  const [shown, setShown] = useState<"still" | "clip">("still");
  if (!rights.includes("footage.view")) return <Picture alarm={alarm} />;
  return (
    <div>
      <Group justify="space-between" mb="xs">
        <SegmentedControl
          size="xs"
          value={shown}
          onChange={(value) => setShown(value === "clip" ? "clip" : "still")}
          data={[
            { value: "still", label: t("alarms.still") },
            { value: "clip", label: t("alarms.clip") },
          ]}
        />
        <Button
          component={Link}
          to={playbackAddress([alarm.camera], alarm.opened_us - BEFORE_US)}
          size="xs"
          variant="default"
          leftSection={<Icon name="playback" size={16} />}
        >
          {t("playback.showRecording")}
        </Button>
      </Group>
      {shown === "clip" ? <Clip alarm={alarm.id} /> : <Picture alarm={alarm} />}
    </div>
  );
}

/** Playback begins a little before it happened. */
const BEFORE_US = 5_000_000;

function Picture({ alarm }: { alarm: Alarm }) {
  const { t } = useTranslation();
  const [boxes, setBoxes] = useState(true);
  const [state, setState] = useState<"reading" | "shown" | "broken">("reading");
  if (!alarm.snapshot || state === "broken") {
    return (
      <div className={classes.picture}>
        <Empty icon="camera" title={t("alarms.noPicture")} />
      </div>
    );
  }
  return (
    <div>
      <div className={classes.picture}>
        <img
          src={snapshotAddress(alarm.id, boxes)}
          alt={t("alarms.picture")}
          onLoad={() => setState("shown")}
          onError={() => setState("broken")}
        />
      </div>
      <Switch
        mt="xs"
        size="sm"
        label={t("live.layer.boxes")}
        checked={boxes}
        onChange={(event) => setBoxes(event.currentTarget.checked)}
      />
    </div>
  );
}

function Facts({ alarm }: { alarm: Alarm }) {
  const { t } = useTranslation();
  const label = useLabelName();
  const moment = useMoment();
  const names = useAlarmNames(alarm);
  const event = useEvent(alarm.event_ids[0]).data;
  const zone = names.found?.zones.find((one) => one.id === event?.zone)?.name ?? event?.zone;
  const line = names.found?.lines.find((one) => one.id === event?.line)?.name ?? event?.line;
  const camera = names.found ? (
    <Anchor component={Link} to={`/?camera=${encodeURIComponent(alarm.camera)}`}>
      {names.camera}
    </Anchor>
  ) : (
    names.camera
  );
  const rows: [string, React.ReactNode][] = [
    [t("alarms.fact.when"), `${moment.full(alarm.opened_us)} (${moment.zone})`],
    [t("alarms.fact.camera"), camera],
    [t("alarms.fact.rule"), names.rule],
    [t("alarms.fact.what"), alarm.label ? label(alarm.label) : ""],
    [t("alarms.fact.score"), event && event.score > 0 ? `${Math.round(event.score * 100)} %` : ""],
    [t("alarms.fact.zone"), zone],
    [t("alarms.fact.line"), line],
    [t("alarms.fact.direction"), direction(event?.direction, t)],
    [t("alarms.fact.events"), alarm.event_ids.length > 1 ? alarm.event_ids.length : ""],
    [
      t("alarms.fact.last"),
      alarm.last_event_us > alarm.opened_us ? moment.clock(alarm.last_event_us) : "",
    ],
    [t("alarms.fact.severity"), t(`severity.${alarm.severity}`)],
    [t("alarms.fact.owner"), alarm.owner],
    [t("alarms.fact.note"), alarm.note],
  ];
  return (
    <>
      <dl className={classes.facts}>
        {rows
          .filter(([, value]) => value !== "" && value != null)
          .map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
      </dl>
      {event?.text && <Text>{event.text}</Text>}
      {alarm.state === "closed" && <Badge variant="default">{t("alarms.state.closed")}</Badge>}
    </>
  );
}

function direction(
  told: string | null | undefined,
  t: ReturnType<typeof useTranslation>["t"],
): string {
  if (told === "left" || told === "right") return t(`direction.${told}`);
  return told ?? "";
}
