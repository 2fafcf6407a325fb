import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Empty } from "@/elements/states";

export function NotFoundPage() {
  const { t } = useTranslation();
  return (
    <Empty
      icon="info"
      title={t("page.missing")}
      action={
        <Button component={Link} to="/">
          {t("page.first")}
        </Button>
      }
    />
  );
}
