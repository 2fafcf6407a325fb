import { Alert, Button, Switch, Text, TextInput, Title } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useTranslation } from "react-i18next";
import type { Camera } from "@/api/types";
import { useChangeCamera } from "@/cameras/changes";
import { useFailureText } from "@/elements/failures";
import { Icon } from "@/elements/Icon";
import { RuleList } from "./RuleList";
import { isAbout, type Shape, withDrawing, withoutShape, withShape } from "./shapes";
import type { Editor } from "./useEditor";
import classes from "./Zones.module.css";

interface PanelProps {
  camera: Camera;
  editor: Editor;
  mayEdit: boolean;
}

/** Beside the picture: what there is, what is chosen, its rules, and saving all of it. */
export function Panel({ camera, editor, mayEdit }: PanelProps) {
  return (
    <>
      <ShapeList editor={editor} />
      {editor.selected && (
        <Chosen
          key={editor.selected.id}
          editor={editor}
          shape={editor.selected}
          mayEdit={mayEdit}
        />
      )}
      {mayEdit && <Saving camera={camera} editor={editor} />}
    </>
  );
}

function ShapeList({ editor }: { editor: Editor }) {
  const { t } = useTranslation();
  const { shapes, rules } = editor.drawing;
  return (
    <div className={classes.section}>
      <Title order={2} size="h5">
        {t("zones.title")}
      </Title>
      {shapes.length === 0 && (
        <Text size="sm" c="dimmed">
          {t("zones.empty")}
        </Text>
      )}
      <div>
        {shapes.map((shape) => (
          <button
            key={shape.id}
            type="button"
            className={classes.entry}
            aria-pressed={editor.state.selected === shape.id}
            onClick={() => editor.act({ do: "select", id: shape.id })}
          >
            <Icon name={shape.kind === "line" ? "line" : "polygon"} size={18} />
            <span>{shape.name}</span>
            <Text span size="xs" c="dimmed">
              {shape.kind === "zone" && shape.exclude
                ? t("zones.excluded")
                : t("zones.ruleCount", {
                    count: rules.filter((rule) => isAbout(rule, shape.id)).length,
                  })}
            </Text>
          </button>
        ))}
      </div>
    </div>
  );
}

function Chosen({ editor, shape, mayEdit }: { editor: Editor; shape: Shape; mayEdit: boolean }) {
  const { t } = useTranslation();
  const { act, drawing } = editor;
  const change = (next: Shape) => act({ do: "change", drawing: withShape(drawing, next) });
  return (
    <div className={classes.section}>
      <TextInput
        label={t("cameras.name")}
        maxLength={120}
        readOnly={!mayEdit}
        error={shape.name.trim() === "" && t("zones.nameMissing")}
        value={shape.name}
        onChange={(event) => change({ ...shape, name: event.currentTarget.value })}
      />
      {shape.kind === "zone" && (
        <Switch
          label={t("zones.exclude")}
          description={t("zones.excludeHelp")}
          disabled={!mayEdit || drawing.rules.some((rule) => isAbout(rule, shape.id))}
          checked={shape.exclude}
          onChange={(event) => change({ ...shape, exclude: event.currentTarget.checked })}
        />
      )}
      {!(shape.kind === "zone" && shape.exclude) && (
        <RuleList editor={editor} shape={shape} mayEdit={mayEdit} />
      )}
      {mayEdit && (
        <Button
          variant="subtle"
          color="red"
          size="xs"
          leftSection={<Icon name="trash" size={16} />}
          onClick={() => act({ do: "change", drawing: withoutShape(drawing, shape.id) })}
        >
          {t("zones.delete", { name: shape.name })}
        </Button>
      )}
    </div>
  );
}

function Saving({ camera, editor }: { camera: Camera; editor: Editor }) {
  const { t } = useTranslation();
  const text = useFailureText();
  const save = useChangeCamera();
  const { drawing, act, unsaved, state } = editor;
  const nameless = [...drawing.shapes, ...drawing.rules].some((one) => one.name.trim() === "");
  const run = () =>
    save.mutate(
      { id: camera.id, change: (newest) => withDrawing(newest, drawing) },
      {
        onSuccess: () => {
          act({ do: "saved", drawing });
          notifications.show({ color: "teal", message: t("zones.saved") });
        },
      },
    );
  return (
    <>
      {save.error && (
        <Alert m="sm" color="red" variant="light" role="alert">
          {text(save.error)}
        </Alert>
      )}
      <div className={classes.unsaved}>
        <Text size="sm" c="dimmed" mr="auto">
          {unsaved ? t("zones.unsaved") : t("zones.allSaved")}
        </Text>
        <Button
          variant="default"
          size="sm"
          disabled={!unsaved}
          onClick={() => act({ do: "restart", drawing: state.saved })}
        >
          {t("zones.discard")}
        </Button>
        <Button
          size="sm"
          disabled={!unsaved || nameless}
          loading={save.isPending}
          leftSection={<Icon name="save" size={16} />}
          onClick={run}
        >
          {t("action.save")}
        </Button>
      </div>
    </>
  );
}
