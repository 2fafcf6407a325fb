import { Button, Group, Stack, Textarea } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Alarm, Verdict } from "@/api/types";
import { useKeys } from "@/app/keys";
import { Icon, type IconName } from "@/elements/Icon";
import { useAnswers } from "./answers";

const VERDICTS = [
  ["true", "check", "red"],
  ["false", "cross", "gray"],
  ["test", "info", "gray"],
] as const satisfies readonly (readonly [Verdict, IconName, string])[];

/** Acknowledge, or close with a verdict and a note. Keys: a, x. */
export function AlarmAnswers({ alarm }: { alarm: Alarm }) {
  const { t } = useTranslation();
  const [note, setNote] = useState(alarm.note);
  const { acknowledge, close } = useAnswers(alarm);
  const open = alarm.state !== "closed";
  const busy = acknowledge.isPending || close.isPending;
  const fresh = open && alarm.state !== "acknowledged";
  useKeys(
    {
      a: () => fresh && acknowledge.mutate(),
      x: () => close.mutate({ verdict: "false", note }),
    },
    open && !busy,
  );
  if (!open) return null;
  return (
    <Stack gap="sm">
      <Group gap="xs">
        {fresh && (
          <Button
            leftSection={<Icon name="check" size={18} />}
            loading={acknowledge.isPending}
            disabled={busy}
            onClick={() => acknowledge.mutate()}
          >
            {t("alarms.acknowledge")}
          </Button>
        )}
        {VERDICTS.map(([verdict, icon, colour]) => (
          <Button
            key={verdict}
            variant={verdict === "true" ? "light" : "default"}
            color={colour}
            leftSection={<Icon name={icon} size={16} />}
            loading={close.isPending && close.variables.verdict === verdict}
            disabled={busy}
            onClick={() => close.mutate({ verdict, note })}
          >
            {t(`alarms.close.${verdict}`)}
          </Button>
        ))}
      </Group>
      <Textarea
        aria-label={t("alarms.fact.note")}
        placeholder={t("alarms.notePlaceholder")}
        autosize
        minRows={1}
        maxRows={6}
        maxLength={2000}
        maw={640}
        value={note}
        onChange={(event) => setNote(event.currentTarget.value)}
      />
    </Stack>
  );
}
