import { Button, Skeleton, Title } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Empty, Failed } from "@/elements/states";
import { useExports } from "./api";
import { ExportRow, VerifyHint } from "./ExportRow";
import classes from "./Exports.module.css";

/** All footage that was taken out, and what is being made. */
export function ExportsPage() {
  const { t } = useTranslation();
  return (
    <div className={classes.page}>
      <div className={classes.inner}>
        <div className={classes.head}>
          <Title order={1} size="h2" flex={1}>
            {t("exports.title")}
          </Title>
          <VerifyHint />
        </div>
        <List />
      </div>
    </div>
  );
}

function List() {
  const { t } = useTranslation();
  const exports = useExports();
  if (exports.error && !exports.data) {
    return <Failed error={exports.error} onRetry={() => void exports.refetch()} />;
  }
  if (!exports.data) {
    return (
      <div className={classes.list} aria-busy="true">
        <Skeleton h={92} radius="md" />
        <Skeleton h={92} radius="md" />
      </div>
    );
  }
  if (exports.data.length === 0) {
    const action = (
      <Button component={Link} to="/playback">
        {t("nav.playback")}
      </Button>
    );
    return (
      <Empty
        icon="download"
        title={t("exports.empty")}
        text={t("exports.emptyText")}
        action={action}
      />
    );
  }
  return (
    <ul className={classes.list}>
      {exports.data.map((one) => (
        <ExportRow key={one.id} one={one} />
      ))}
    </ul>
  );
}
