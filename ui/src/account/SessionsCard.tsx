import { Badge, Button, Group, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { tellFailure } from "@/elements/failures";
import { Listed } from "@/elements/Listed";
import classes from "@/elements/Page.module.css";
import { useMoment } from "@/i18n/moment";
import { type SessionShown, useEndOthers, useEndSession, useSessions } from "./api";
import { agentName } from "./agent";
import { Card } from "./Card";

/** Where the account is logged in, and an end to that. */
export function SessionsCard() {
  const { t } = useTranslation();
  const sessions = useSessions();
  const others = useEndOthers();
  const end = (sessions.data?.length ?? 0) > 1 && (
    <Button
      variant="default"
      loading={others.isPending}
      onClick={() => others.mutate(undefined, { onError: tellFailure })}
    >
      {t("account.endOthers")}
    </Button>
  );
  return (
    <Card title={t("account.sessions")} text={t("account.sessionsText")} acts={end}>
      <Listed
        read={sessions}
        empty={{ icon: "user", title: t("account.noSessions") }}
        row={(one) => <SessionRow key={one.session.id} one={one} />}
      />
    </Card>
  );
}

function SessionRow({ one }: { one: SessionShown }) {
  const { t } = useTranslation();
  const moment = useMoment();
  const end = useEndSession();
  const { session, current } = one;
  return (
    <li className={classes.row} data-session={session.id}>
      <div className={classes.cell}>
        <Group gap="xs">
          <Text fw={650} title={session.agent}>
            {agentName(session.agent) || t("account.unknownAgent")}
          </Text>
          {current && <Badge variant="light">{t("account.current")}</Badge>}
        </Group>
        <Text size="xs" c="dimmed">
          {session.address}
        </Text>
      </div>
      <div className={classes.cell}>
        <Text size="sm">{t("account.seen", { time: moment.full(session.seen_us) })}</Text>
        <Text size="xs" c="dimmed">
          {t("account.since", { time: moment.full(session.created_us) })}
        </Text>
      </div>
      {!current && (
        <Button
          size="xs"
          variant="default"
          loading={end.isPending}
          onClick={() => end.mutate(session.id, { onError: tellFailure })}
        >
          {t("account.end")}
        </Button>
      )}
    </li>
  );
}
