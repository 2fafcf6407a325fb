import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useRouteError } from "react-router";
import { Icon } from "@/elements/Icon";
import { Empty, Failed } from "@/elements/states";

/** What shows instead of a page that broke, or of one whose files are of another version. */
export function PageError() {
  const { t } = useTranslation();
  const error = useRouteError();
  if (!isOutdated(error)) return <Failed error={error} onRetry={() => location.reload()} />;
  const reload = (
    <Button leftSection={<Icon name="refresh" size={18} />} onClick={() => location.reload()}>
      {t("page.reload")}
    </Button>
  );
  return (
    <Empty icon="info" title={t("page.renewed")} text={t("page.renewedText")} action={reload} />
  );
}

/** A part of the app could not be fetched: the server has newer ones since this page was opened. */
function isOutdated(error: unknown): boolean {
  return error instanceof TypeError && /import|module/i.test(error.message);
}
