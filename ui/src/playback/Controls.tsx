import { ActionIcon, Group, Kbd, Popover, Select, SimpleGrid, Text, Tooltip } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Icon, type IconName } from "@/elements/Icon";
import { useMoment } from "@/i18n/moment";
import classes from "./Playback.module.css";
import { SPEEDS } from "./player/clock";
import type { Conductor, Score } from "./player/conductor";
import { KEY_ROWS } from "./usePlaybackKeys";

interface ControlsProps {
  conductor: Conductor;
  score: Score;
  onEvent: (direction: 1 | -1) => void;
  sound: boolean;
}

/** Play, step, speed; and the moment on the screen. */
export function Controls({ conductor, score, onEvent, sound }: ControlsProps) {
  const { t } = useTranslation();
  return (
    <>
      <Group gap={2} wrap="nowrap">
        <Act icon="eventBefore" word={t("playback.eventBefore")} act={() => onEvent(-1)} />
        <Act icon="frameBefore" word={t("playback.frameBefore")} act={() => conductor.step(-1)} />
        <Act
          icon={score.playing ? "pause" : "play"}
          word={t(score.playing ? "playback.pause" : "playback.play")}
          act={() => conductor.toggle()}
          strong
        />
        <Act icon="frameNext" word={t("playback.frameNext")} act={() => conductor.step(1)} />
        <Act icon="eventNext" word={t("playback.eventNext")} act={() => onEvent(1)} />
      </Group>
      <Speed conductor={conductor} score={score} />
      {sound && (
        <Act
          icon={score.sound ? "volume" : "volumeOff"}
          word={t(score.sound ? "playback.mute" : "playback.unmute")}
          act={() => conductor.setSound(!score.sound)}
        />
      )}
      <Clock tUs={score.tUs} />
    </>
  );
}

export function Act(props: { icon: IconName; word: string; act: () => void; strong?: boolean }) {
  return (
    <Tooltip label={props.word}>
      <ActionIcon
        variant={props.strong ? "filled" : "subtle"}
        color={props.strong ? "azure" : "gray"}
        size={props.strong ? "xl" : "lg"}
        radius={props.strong ? "xl" : "md"}
        aria-label={props.word}
        onClick={props.act}
      >
        <Icon name={props.icon} />
      </ActionIcon>
    </Tooltip>
  );
}

function Speed({ conductor, score }: { conductor: Conductor; score: Score }) {
  const { t } = useTranslation();
  const speeds = SPEEDS.map(String);
  const shown = String(Math.abs(score.rate));
  return (
    <Select
      size="xs"
      w={86}
      aria-label={t("playback.speed")}
      allowDeselect={false}
      data={speeds.map((value) => ({
        value,
        label: `${score.rate < 0 ? "−" : ""}${value}×`,
      }))}
      value={speeds.includes(shown) ? shown : "1"}
      onChange={(value) => {
        conductor.setSpeed(Number(value ?? 1) * Math.sign(score.rate || 1));
        // The field would keep the keys of the page to itself.
        if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
      }}
      comboboxProps={{ withinPortal: true }}
    />
  );
}

function Clock({ tUs }: { tUs: number }) {
  const moment = useMoment();
  const tenths = Math.floor((tUs / 1e5) % 10);
  return (
    <div className={classes.clock} data-clock-us={Math.round(tUs)}>
      {moment.full(tUs)}.{tenths} <small>{moment.zone}</small>
    </div>
  );
}

/** All keys of this page. */
export function KeysHelp() {
  const { t } = useTranslation();
  return (
    <Popover position="top-end" shadow="md" withinPortal width={360}>
      <Popover.Target>
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label={t("playback.keys")}>
          <Icon name="keyboard" />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown>
        <Text fw={650} size="sm" mb="xs">
          {t("playback.keys")}
        </Text>
        <SimpleGrid cols={1} spacing={5} verticalSpacing={5}>
          {KEY_ROWS.map(([keys, name]) => (
            <Group key={name} justify="space-between" wrap="nowrap">
              <Text size="sm">{t(`playback.key.${name}`)}</Text>
              <Group gap={4} wrap="nowrap">
                {keys.split(" ").map((key) => (
                  <Kbd key={key} size="xs">
                    {key}
                  </Kbd>
                ))}
              </Group>
            </Group>
          ))}
        </SimpleGrid>
      </Popover.Dropdown>
    </Popover>
  );
}
