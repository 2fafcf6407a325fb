import { Alert, Group, Progress, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { ApiFailure } from "@/api/failure";
import type { SourceTest } from "@/api/types";
import { useFailureText } from "@/elements/failures";
import { Icon } from "@/elements/Icon";
import classes from "./Cameras.module.css";
import type { useSourceTest } from "./changes";

/** A key frame less often than this makes a viewer wait. */
const RARE_KEYS_S = 4;

/** What the connection test found. */
export function SourceResult({ test }: { test: ReturnType<typeof useSourceTest> }) {
  const { t } = useTranslation();
  const text = useFailureText();
  if (test.isPending) {
    return (
      <Stack gap={6} className={classes.result} role="status">
        <Text size="sm">{t("cameras.testing")}</Text>
        <Progress value={100} animated size="sm" aria-label={t("cameras.testing")} />
      </Stack>
    );
  }
  if (test.error) return <Bad title={text(test.error)} />;
  if (!test.data) return null;
  return test.data.ok ? <Good found={test.data} /> : <NotGood found={test.data} />;
}

function Good({ found }: { found: SourceTest }) {
  const { t } = useTranslation();
  const facts = [
    [t("cameras.found.codec"), found.codec.toUpperCase()],
    [t("cameras.found.size"), `${found.width} × ${found.height}`],
    [t("cameras.found.rate"), t("live.fps", { fps: found.fps.toFixed(1) })],
    [t("cameras.found.bitrate"), `${(found.bitrate_bps / 1e6).toFixed(2)} Mbit/s`],
    [
      t("cameras.found.keys"),
      t("cameras.found.seconds", { seconds: found.key_interval_s.toFixed(1) }),
    ],
  ] as const;
  return (
    <Stack gap={6} className={classes.result} role="status">
      <Group gap={6} c="var(--v-good)">
        <Icon name="check" size={18} />
        <Text size="sm" fw={600}>
          {t("cameras.testGood", { seconds: found.seconds.toFixed(1) })}
        </Text>
      </Group>
      {facts.map(([name, value]) => (
        <Group key={name} justify="space-between">
          <Text size="sm" c="dimmed">
            {name}
          </Text>
          <Text size="sm">{value}</Text>
        </Group>
      ))}
      {found.key_interval_s > RARE_KEYS_S && (
        <Text size="sm" c="var(--v-warn)">
          {t("cameras.found.rareKeys")}
        </Text>
      )}
    </Stack>
  );
}

/** The sentence in the chosen language, and the server's own words, which name host and port. */
function NotGood({ found }: { found: SourceTest }) {
  const text = useFailureText();
  const said = text(new ApiFailure({ code: found.code, message: found.message, status: 422 }));
  return <Bad title={said} detail={found.message === said ? "" : found.message} />;
}

function Bad({ title, detail = "" }: { title: string; detail?: string }) {
  return (
    <Alert color="red" variant="light" role="alert" title={title} icon={<Icon name="unplugged" />}>
      {detail}
    </Alert>
  );
}
