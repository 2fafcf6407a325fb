import { ActionIcon, Anchor, Button, Group, SegmentedControl, Text, Tooltip } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Camera } from "@/api/types";
import { Icon } from "@/elements/Icon";
import { LEAST_POINTS } from "./shapes";
import type { Editor, Tool } from "./useEditor";
import classes from "./Zones.module.css";

const TOOLS: readonly Tool[] = ["select", "zone", "line", "exclude"];

/** Above the picture: which camera, what to draw, undo and redo. */
export function Tools(props: {
  camera: Camera;
  editor: Editor;
  mayEdit: boolean;
  onFinish: () => void;
}) {
  const { t } = useTranslation();
  const { state, act } = props.editor;
  const least = LEAST_POINTS[state.tool === "line" ? "line" : "zone"];
  return (
    <div className={classes.bar}>
      <Group gap={6} wrap="nowrap" mr="auto">
        <Anchor component={Link} to="/cameras" size="sm">
          {t("nav.cameras")}
        </Anchor>
        <Icon name="next" size={14} />
        <Text fw={600} truncate>
          {props.camera.name}
        </Text>
      </Group>
      {props.mayEdit && (
        <>
          {state.draft.length >= least && (
            <Button
              size="xs"
              leftSection={<Icon name="check" size={16} />}
              onClick={props.onFinish}
            >
              {t("zones.finish")}
            </Button>
          )}
          <SegmentedControl
            size="xs"
            aria-label={t("zones.tool")}
            value={state.tool}
            onChange={(value) =>
              act({ do: "tool", tool: TOOLS.find((tool) => tool === value) ?? "select" })
            }
            data={TOOLS.map((tool) => ({ value: tool, label: t(`zones.tools.${tool}`) }))}
          />
          <Steps editor={props.editor} />
        </>
      )}
    </div>
  );
}

function Steps({ editor }: { editor: Editor }) {
  const { t } = useTranslation();
  const { history, draft } = editor.state;
  return (
    <Group gap={2} wrap="nowrap">
      <Tooltip label={t("keys.undo")}>
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={t("keys.undo")}
          disabled={history.past.length === 0 && draft.length === 0}
          onClick={() => editor.act({ do: "undo" })}
        >
          <Icon name="undo" />
        </ActionIcon>
      </Tooltip>
      <Tooltip label={t("keys.redo")}>
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={t("keys.redo")}
          disabled={history.future.length === 0}
          onClick={() => editor.act({ do: "redo" })}
        >
          <Icon name="redo" />
        </ActionIcon>
      </Tooltip>
    </Group>
  );
}
