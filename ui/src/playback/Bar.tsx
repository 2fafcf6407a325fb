import { ActionIcon, Button, Checkbox, Group, MultiSelect, TextInput, Tooltip } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Camera } from "@/api/types";
import { usePreferences } from "@/app/preferences";
import { Icon } from "@/elements/Icon";
import { useMoment } from "@/i18n/moment";
import { fromField, toField } from "./calendar/zone";
import { Act } from "./Controls";
import { MOST_CAMERAS } from "./usePlace";

interface CameraChoiceProps {
  all: readonly Camera[];
  chosen: readonly Camera[];
  onChoose: (ids: readonly string[]) => void;
}

/** Which cameras are shown, at most four. */
export function CameraChoice({ all, chosen, onChoose }: CameraChoiceProps) {
  const { t } = useTranslation();
  return (
    <MultiSelect
      size="xs"
      flex={1}
      miw={220}
      maw={560}
      aria-label={t("playback.cameras")}
      data={all.map((camera) => ({ value: camera.id, label: camera.name }))}
      value={chosen.map((camera) => camera.id)}
      maxValues={MOST_CAMERAS}
      searchable
      hidePickedOptions
      nothingFoundMessage={t("playback.noSuchCamera")}
      onChange={(ids) => ids.length > 0 && onChoose(ids)}
    />
  );
}

/** Jump to a date and time; follows the clock until somebody writes into it. */
export function Moment({ tUs, onSeek }: { tUs: number; onSeek: (tUs: number) => void }) {
  const { t } = useTranslation();
  const { zone } = useMoment();
  const [written, setWritten] = useState<string | null>(null);
  const go = () => {
    const to = written === null ? null : fromField(written, zone);
    setWritten(null);
    if (to !== null) onSeek(to);
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        go();
        if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
      }}
    >
      <Group gap={4} wrap="nowrap">
        <TextInput
          size="xs"
          w={156}
          error={written !== null && fromField(written, zone) === null}
          onBlur={() => setWritten(null)}
          aria-label={t("playback.jump")}
          value={written ?? toField(tUs, zone)}
          onChange={(event) => setWritten(event.currentTarget.value)}
        />
        <Tooltip label={t("playback.jump")}>
          <ActionIcon
            type="submit"
            // The field must not lose its text before it is read.
            onMouseDown={(event) => event.preventDefault()}
            variant={written === null ? "default" : "filled"}
            size={30}
            aria-label={t("playback.jump")}
          >
            <Icon name="next" size={16} />
          </ActionIcon>
        </Tooltip>
      </Group>
    </form>
  );
}

export function LayerSwitch() {
  const { t } = useTranslation();
  const { layers, toggle } = usePreferences();
  return (
    <Checkbox
      size="xs"
      ml="auto"
      label={t("live.layer.boxes")}
      checked={layers.boxes}
      onChange={() => toggle("boxes")}
    />
  );
}

interface ToolsProps {
  onZoom: (factor: number) => void;
  onHere: () => void;
  /** Null: this person may not export. */
  onExport: (() => void) | null;
  selecting: boolean;
  onClear: () => void;
}

/** What is done with the timeline. */
export function Tools({ onZoom, onHere, onExport, selecting, onClear }: ToolsProps) {
  const { t } = useTranslation();
  return (
    <Group gap={2} wrap="nowrap">
      <Act icon="zoomOut" word={t("playback.zoomOut")} act={() => onZoom(0.5)} />
      <Act icon="target" word={t("playback.here")} act={onHere} />
      <Act icon="zoomIn" word={t("playback.zoomIn")} act={() => onZoom(2)} />
      {selecting && <Act icon="cross" word={t("playback.clear")} act={onClear} />}
      {onExport && (
        <Button
          size="xs"
          variant="default"
          leftSection={<Icon name="download" size={16} />}
          onClick={onExport}
        >
          {t("exports.open")}
        </Button>
      )}
    </Group>
  );
}
