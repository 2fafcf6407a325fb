import { Button, Skeleton } from "@mantine/core";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useBlocker, useParams } from "react-router";
import { useCamera, useSession, useSite } from "@/api/queries";
import type { Camera } from "@/api/types";
import { useObservations } from "@/app/connection";
import { Empty, Failed } from "@/elements/states";
import { LivePicture } from "@/live/LivePicture";
import { useLive } from "@/live/player/useLive";
import { useHealth } from "@/socket/health";
import { Board } from "./Board";
import { LeaveQuestion } from "./LeaveQuestion";
import { Panel } from "./Panel";
import { freeId } from "./shapes";
import { Tools } from "./Tools";
import { type Editor, useEditor } from "./useEditor";
import { useEditorKeys } from "./useEditorKeys";
import classes from "./Zones.module.css";

const LAYERS = { boxes: true, trails: true, zones: false, motion: false };

/** Zones, lines and rules of one camera, drawn over its live picture. */
export function ZonesPage() {
  const { t } = useTranslation();
  const { id = "" } = useParams();
  const site = useSite();
  const camera = useCamera(id);
  if (site.error && !site.data) {
    return <Failed error={site.error} onRetry={() => void site.refetch()} />;
  }
  if (!site.data) return <Skeleton m="md" h="60%" radius="md" />;
  if (!camera) {
    const back = (
      <Button component={Link} to="/cameras">
        {t("nav.cameras")}
      </Button>
    );
    return <Empty icon="camera" title={t("failure.not_found")} action={back} />;
  }
  return <ZonesOf key={camera.id} camera={camera} />;
}

function ZonesOf({ camera }: { camera: Camera }) {
  const { t } = useTranslation();
  const mayEdit = useSession().data?.rights.includes("cameras.edit") ?? false;
  const editor = useEditor(camera);
  const blocker = useBlocker(editor.unsaved);
  const finish = () => {
    const { shapes } = editor.drawing;
    const stem = editor.state.tool === "line" ? "line" : "zone";
    const id = freeId(stem, shapes);
    const number = id.slice(stem.length + 1);
    const name = t(`zones.names.${editor.state.tool === "exclude" ? "exclude" : stem}`, { number });
    editor.act({ do: "finish", id, name });
  };
  useEditorKeys(editor, mayEdit, finish);
  return (
    <div className={classes.page}>
      <section className={classes.main}>
        <Tools camera={camera} editor={editor} mayEdit={mayEdit} onFinish={finish} />
        <Stage camera={camera} editor={editor} mayEdit={mayEdit} onFinish={finish} />
        <p className={classes.help}>{t(`zones.help.${editor.state.tool}`)}</p>
      </section>
      <aside className={classes.side}>
        <Panel camera={camera} editor={editor} mayEdit={mayEdit} />
      </aside>
      <LeaveQuestion blocker={blocker} />
    </div>
  );
}

interface StageProps {
  camera: Camera;
  editor: Editor;
  mayEdit: boolean;
  onFinish: () => void;
}

function Stage({ camera, editor, mayEdit, onFinish }: StageProps) {
  const { t } = useTranslation();
  const frame = useRef<HTMLDivElement>(null);
  const [stream, setStream] = useState<string | null>(null);
  const live = useLive(camera.id, stream, frame);
  const aspect = useHealth((health) => {
    const known = health.streams[camera.id]?.find((one) => one.width > 0 && one.height > 0);
    return known ? known.width / known.height : 16 / 9;
  });
  useObservations();
  return (
    <div className={classes.area}>
      <div
        ref={frame}
        className={classes.stage}
        style={{ "--aspect": aspect }}
        data-state={live.playing.state}
      >
        <LivePicture camera={camera} live={live} layers={LAYERS} onStream={setStream} />
        <Board
          editor={editor}
          mayEdit={mayEdit}
          label={t("zones.board", { name: camera.name })}
          onFinish={onFinish}
        />
      </div>
    </div>
  );
}
