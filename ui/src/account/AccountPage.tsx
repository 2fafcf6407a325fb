import { Stack } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useSession } from "@/api/queries";
import { Page } from "@/elements/Page";
import { KeysCard } from "./KeysCard";
import { PasswordCard } from "./PasswordCard";
import { RestreamCard } from "./RestreamCard";
import { SecondFactorCard } from "./SecondFactorCard";
import { SessionsCard } from "./SessionsCard";

/** What everybody may do with the own account. */
export function AccountPage() {
  const { t } = useTranslation();
  const rights = useSession().data?.rights ?? [];
  return (
    <Page title={t("account.title")}>
      <Stack>
        <PasswordCard />
        <SecondFactorCard />
        <SessionsCard />
        <KeysCard />
        {rights.includes("live.view") && <RestreamCard />}
      </Stack>
    </Page>
  );
}
