import { Button, Drawer, Skeleton, Stack, Title } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { useSession, useSite } from "@/api/queries";
import type { Camera } from "@/api/types";
import { Icon } from "@/elements/Icon";
import { Empty, Failed } from "@/elements/states";
import { CameraForm } from "./CameraForm";
import { CameraRow } from "./CameraRow";
import classes from "./Cameras.module.css";

const ROWS = ["a", "b", "c"];

/** All cameras with their health; adding, changing, switching off and deleting them. */
export function CamerasPage() {
  const { t } = useTranslation();
  const site = useSite();
  const editing = useEditing(site.data?.cameras ?? []);
  const mayEdit = useSession().data?.rights.includes("cameras.edit") ?? false;
  const add = mayEdit && (
    <Button leftSection={<Icon name="plus" size={18} />} onClick={editing.add}>
      {t("cameras.add")}
    </Button>
  );
  return (
    <div className={classes.page}>
      <div className={classes.inner}>
        <div className={classes.head}>
          <Title order={1} size="h2" flex={1}>
            {t("nav.cameras")}
          </Title>
          {add}
        </div>
        {site.error && !site.data ? (
          <Failed error={site.error} onRetry={() => void site.refetch()} />
        ) : (
          <List cameras={site.data?.cameras} mayEdit={mayEdit} onEdit={editing.edit} />
        )}
      </div>
      <Drawer
        closeButtonProps={{ "aria-label": t("action.close") }}
        position="right"
        size="md"
        opened={editing.open}
        onClose={editing.close}
        title={t(editing.camera ? "cameras.edit" : "cameras.add")}
      >
        {editing.open && (
          <CameraForm
            key={editing.camera?.id ?? ""}
            camera={editing.camera}
            cameras={site.data?.cameras ?? []}
            onDone={editing.close}
          />
        )}
      </Drawer>
    </div>
  );
}

function List(props: {
  cameras: readonly Camera[] | undefined;
  mayEdit: boolean;
  onEdit: (camera: Camera) => void;
}) {
  const { t } = useTranslation();
  if (!props.cameras) {
    return (
      <Stack aria-busy="true">
        {ROWS.map((row) => (
          <Skeleton key={row} h={92} radius="md" />
        ))}
      </Stack>
    );
  }
  if (props.cameras.length === 0) {
    return <Empty icon="camera" title={t("live.empty")} text={t("live.emptyText")} />;
  }
  return (
    <ul className={classes.list}>
      {props.cameras.map((camera) => (
        <CameraRow
          key={camera.id}
          camera={camera}
          mayEdit={props.mayEdit}
          onEdit={() => props.onEdit(camera)}
        />
      ))}
    </ul>
  );
}

/** What is being edited lives in the address: `?add`, or `?edit=id`. */
function useEditing(cameras: readonly Camera[]) {
  const [query, setQuery] = useSearchParams();
  const camera = cameras.find((one) => one.id === query.get("edit")) ?? null;
  return {
    camera,
    open: query.has("add") || camera !== null,
    add: () => setQuery({ add: "" }),
    edit: (one: Camera) => setQuery({ edit: one.id }),
    close: () => setQuery({}),
  };
}
