import {
  ActionIcon,
  Badge,
  Button,
  Checkbox,
  Group,
  Popover,
  SegmentedControl,
  Stack,
  Text,
  Tooltip,
} from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Camera } from "@/api/types";
import { GRIDS, type Grid, LAYERS, usePreferences } from "@/app/preferences";
import { Icon } from "@/elements/Icon";
import { useHealth } from "@/socket/health";
import type { WallLayout } from "./layout";
import classes from "./Wall.module.css";

const CLASSICAL = "classical";

interface WallBarProps {
  layout: WallLayout;
  page: number;
  onPage: (page: number) => void;
  single: Camera | null;
  onAll: () => void;
}

/** Above the wall: how many tiles, which page, which layers. */
export function WallBar({ layout, page, onPage, single, onAll }: WallBarProps) {
  const { t } = useTranslation();
  return (
    <div className={classes.bar}>
      {single ? (
        <Button
          variant="default"
          size="xs"
          leftSection={<Icon name="back" size={16} />}
          onClick={onAll}
        >
          {t("live.all")}
        </Button>
      ) : (
        <GridChoice />
      )}
      {single && (
        <Text fw={600} truncate>
          {single.name}
        </Text>
      )}
      <ClassicalNote />
      <Group gap={4} ml="auto" wrap="nowrap">
        {!single && layout.pages > 1 && <Pages page={page} pages={layout.pages} onPage={onPage} />}
        <LayerChoice />
      </Group>
    </div>
  );
}

function GridChoice() {
  const { t } = useTranslation();
  const { grid, setGrid } = usePreferences();
  return (
    <SegmentedControl
      size="xs"
      visibleFrom="sm"
      aria-label={t("live.grid")}
      value={grid}
      onChange={(value) => setGrid(GRIDS.find((one) => one === value) ?? "auto")}
      data={GRIDS.map((one: Grid) => ({
        value: one,
        label: one === "auto" ? t("live.auto") : one,
      }))}
    />
  );
}

function Pages({
  page,
  pages,
  onPage,
}: {
  page: number;
  pages: number;
  onPage: (page: number) => void;
}) {
  const { t } = useTranslation();
  return (
    <Group gap={2} wrap="nowrap">
      <ActionIcon
        variant="subtle"
        color="gray"
        aria-label={t("live.pageBefore")}
        disabled={page === 0}
        onClick={() => onPage(page - 1)}
      >
        <Icon name="back" size={18} />
      </ActionIcon>
      <Text size="sm" c="dimmed">
        {page + 1} / {pages}
      </Text>
      <ActionIcon
        variant="subtle"
        color="gray"
        aria-label={t("live.pageNext")}
        disabled={page >= pages - 1}
        onClick={() => onPage(page + 1)}
      >
        <Icon name="next" size={18} />
      </ActionIcon>
    </Group>
  );
}

function LayerChoice() {
  const { t } = useTranslation();
  const { layers, toggle } = usePreferences();
  return (
    <Popover position="bottom-end" shadow="md" withinPortal>
      <Popover.Target>
        <Button variant="default" size="xs" leftSection={<Icon name="layers" size={16} />}>
          {t("live.layers")}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <Stack gap="xs">
          {LAYERS.map((layer) => (
            <Checkbox
              key={layer}
              label={t(`live.layer.${layer}`)}
              checked={layers[layer]}
              onChange={() => toggle(layer)}
            />
          ))}
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}

/** Without a model the pictures are still looked at, but less well: that must be said. */
function ClassicalNote() {
  const { t } = useTranslation();
  const classical = useHealth((health) =>
    Object.values(health.lanes).some((lane) => lane.detector.startsWith(CLASSICAL)),
  );
  if (!classical) return null;
  return (
    <Tooltip label={t("live.classicalHelp")} multiline maw={320}>
      <Badge
        variant="light"
        color="gray"
        size="lg"
        fw={500}
        visibleFrom="sm"
        leftSection={<Icon name="info" size={14} />}
      >
        {t("live.classical")}
      </Badge>
    </Tooltip>
  );
}
