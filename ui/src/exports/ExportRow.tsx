import { ActionIcon, Badge, Button, Code, Group, Progress, Text, Tooltip } from "@mantine/core";
import { modals } from "@mantine/modals";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useSite } from "@/api/queries";
import { tellFailure } from "@/elements/failures";
import { Icon } from "@/elements/Icon";
import { useMoment } from "@/i18n/moment";
import { playbackAddress } from "@/playback/usePlace";
import { downloadAddress, type Export, isWorking, useCancelExport, useDeleteExport } from "./api";
import classes from "./Exports.module.css";
import { lengthOf, sizeOf } from "./words";

/** One export: what it holds, how far it is, and what can be done with it. */
export function ExportRow({ one }: { one: Export }) {
  const { t } = useTranslation();
  const moment = useMoment();
  const site = useSite().data;
  const names = one.cameras.map((id) => site?.cameras.find((it) => it.id === id)?.name ?? id);
  return (
    <li className={classes.row} data-export={one.id} data-state={one.state}>
      <div className={classes.what}>
        <Group gap="xs">
          <Text fw={650} lineClamp={1}>
            {names.join(" · ")}
          </Text>
          <State one={one} />
          {one.boxes && <Badge variant="default">{t("exports.boxes")}</Badge>}
          {one.blur && <Badge variant="default">{t("exports.blur")}</Badge>}
        </Group>
        <Text size="sm" c="dimmed">
          {moment.full(one.start_us)} · {lengthOf(one.end_us - one.start_us)}
          {one.size > 0 && ` · ${sizeOf(one.size)}`}
        </Text>
        {one.note && <Text size="sm">{one.note}</Text>}
        <Text size="xs" c="dimmed">
          {t("exports.madeBy", { name: one.author, time: moment.full(one.made_us) })}
        </Text>
        {one.error && (
          <Text size="sm" c="red">
            {one.error}
          </Text>
        )}
      </div>
      <Acts one={one} />
      {isWorking(one) && (
        <Progress
          className={classes.progress ?? ""}
          value={one.progress * 100}
          animated
          aria-label={t("exports.progress", { percent: Math.round(one.progress * 100) })}
        />
      )}
    </li>
  );
}

const COLOURS = {
  waiting: "gray",
  running: "azure",
  done: "teal",
  failed: "red",
  cancelled: "gray",
} as const;

function State({ one }: { one: Export }) {
  const { t } = useTranslation();
  const percent = one.state === "running" ? ` ${Math.round(one.progress * 100)} %` : "";
  return (
    <Badge variant="light" color={COLOURS[one.state]}>
      {t(`exports.state.${one.state}`)}
      {percent}
    </Badge>
  );
}

function Acts({ one }: { one: Export }) {
  const { t } = useTranslation();
  const cancel = useCancelExport();
  const askFirst = useAskBeforeDeleting(one.id);
  return (
    <Group gap={6} wrap="nowrap">
      {one.state === "done" && (
        <Button
          component="a"
          href={downloadAddress(one.id)}
          download={one.name || true}
          size="xs"
          leftSection={<Icon name="download" size={16} />}
        >
          {t("exports.download")}
        </Button>
      )}
      <Tooltip label={t("exports.show")}>
        <ActionIcon
          component={Link}
          to={playbackAddress(one.cameras, one.start_us)}
          variant="subtle"
          color="gray"
          size="lg"
          aria-label={t("exports.show")}
        >
          <Icon name="playback" />
        </ActionIcon>
      </Tooltip>
      {isWorking(one) ? (
        <Button
          size="xs"
          variant="default"
          loading={cancel.isPending}
          onClick={() => cancel.mutate(one.id, { onError: tellFailure })}
        >
          {t("action.cancel")}
        </Button>
      ) : (
        <Tooltip label={t("action.delete")}>
          <ActionIcon
            variant="subtle"
            color="red"
            size="lg"
            aria-label={t("action.delete")}
            onClick={askFirst}
          >
            <Icon name="trash" />
          </ActionIcon>
        </Tooltip>
      )}
    </Group>
  );
}

function useAskBeforeDeleting(id: string): () => void {
  const { t } = useTranslation();
  const remove = useDeleteExport();
  return () =>
    modals.openConfirmModal({
      title: t("exports.deleteTitle"),
      children: <Text size="sm">{t("exports.deleteText")}</Text>,
      labels: { confirm: t("action.delete"), cancel: t("action.cancel") },
      confirmProps: { color: "red" },
      closeButtonProps: { "aria-label": t("action.close") },
      onConfirm: () => remove.mutate(id, { onError: tellFailure }),
    });
}

/** How somebody who was given an export finds out that nobody changed it. */
export function VerifyHint() {
  const { t } = useTranslation();
  return (
    <Text size="sm" c="dimmed">
      {t("exports.verify")} <Code>vedette verify-export FILE</Code>
    </Text>
  );
}
