import { MantineProvider } from "@mantine/core";
import { ModalsProvider } from "@mantine/modals";
import { Notifications } from "@mantine/notifications";
import { type QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { RouterProvider } from "react-router";
import { ApiFailure } from "@/api/failure";
import { keys, newQueryClient } from "@/api/queries";
import { router } from "./router";
import { theme } from "./theme";

export function Root() {
  const { t } = useTranslation();
  const client = useMemo(clientThatNoticesLogouts, []);
  return (
    <MantineProvider theme={theme} defaultColorScheme="auto">
      <QueryClientProvider client={client}>
        <ModalsProvider labels={{ confirm: t("action.confirm"), cancel: t("action.cancel") }}>
          <Notifications position="bottom-right" limit={4} />
          <RouterProvider router={router} />
        </ModalsProvider>
      </QueryClientProvider>
    </MantineProvider>
  );
}

/** A session that ended on the server ends here too: the login page shows. */
function clientThatNoticesLogouts(): QueryClient {
  const client: QueryClient = newQueryClient((error) => {
    if (error instanceof ApiFailure && error.status === 401)
      client.setQueryData(keys.session, null);
  });
  return client;
}
