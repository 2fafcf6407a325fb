import { ActionIcon, Badge, Button, Group, Menu, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useSite } from "@/api/queries";
import { askFirst } from "@/elements/confirm";
import { tellFailure } from "@/elements/failures";
import { Icon } from "@/elements/Icon";
import classes from "@/elements/Page.module.css";
import { roleName } from "@/elements/roles";
import { useMoment } from "@/i18n/moment";
import {
  type UserShown,
  useDeleteUser,
  useEditUser,
  useEndSessions,
  useRefuseUser,
  useRemoveSecondFactor,
  useResetLink,
  useUnlockUser,
} from "./api";
import type { MadeLink } from "./LinkShown";
import { placesOf, stateOf } from "./limits";

interface UserRowProps {
  shown: UserShown;
  mayEdit: boolean;
  onEdit: () => void;
  onApprove: () => void;
  onLink: (link: MadeLink) => void;
}

const COLOURS = { active: "teal", pending: "yellow", refused: "red", disabled: "gray" } as const;

/** A user: who, with which role where, since when away, and what can be done. */
export function UserRow(props: UserRowProps) {
  const { t } = useTranslation();
  const { user, second_factor } = props.shown;
  const state = stateOf(props.shown);
  return (
    <li className={classes.row} data-user={user.name} data-state={state}>
      <div className={classes.cell}>
        <Group gap="xs">
          <Text fw={650}>{user.full_name || user.name}</Text>
          <Badge variant="light" color={COLOURS[state]}>
            {t(`people.state.${state}`)}
          </Badge>
          {second_factor && <Badge variant="default">{t("people.secondFactor")}</Badge>}
        </Group>
        <Text size="sm" c="dimmed">
          {[user.full_name && user.name, user.note].filter(Boolean).join(" · ")}
        </Text>
      </div>
      <Where {...props} />
      {props.mayEdit && <Acts {...props} />}
    </li>
  );
}

function Where({ shown }: UserRowProps) {
  const { t } = useTranslation();
  const moment = useMoment();
  const cameras = useSite().data?.cameras ?? [];
  const places = placesOf(shown.user, cameras);
  const { seen_us } = shown;
  return (
    <div className={classes.cell}>
      <Text size="sm">
        {roleName(t, shown.user.role, shown.role_name)}
        {" · "}
        {places.length > 0 ? places.join(", ") : t("people.everyCamera")}
      </Text>
      <Text size="xs" c="dimmed">
        {seen_us === null
          ? t("people.notHere")
          : t("people.seen", { time: moment.full(seen_us), count: shown.sessions })}
      </Text>
    </div>
  );
}

function Acts(props: UserRowProps) {
  const { t } = useTranslation();
  const refuse = useRefuseUser();
  const { user } = props.shown;
  if (user.state === "active") return <RowMenu {...props} />;
  return (
    <Group gap={6} wrap="nowrap">
      <Button size="xs" onClick={props.onApprove}>
        {t("people.approve")}
      </Button>
      {user.state === "pending" && (
        <Button
          size="xs"
          variant="default"
          loading={refuse.isPending}
          onClick={() => refuse.mutate(user.id, { onError: tellFailure })}
        >
          {t("people.refuse")}
        </Button>
      )}
      <RowMenu {...props} />
    </Group>
  );
}

/** What the menu does, each with its failure told. */
function useActs({ shown, onLink }: UserRowProps) {
  const { t } = useTranslation();
  const { user } = shown;
  const told = { onError: tellFailure };
  const [edit, remove, reset] = [useEditUser(), useDeleteUser(), useResetLink()];
  const [end, unlock, factor] = [useEndSessions(), useUnlockUser(), useRemoveSecondFactor()];
  const { name, full_name, note, role, all_cameras, cameras, groups } = user;
  const body = { name, full_name, note, limits: { role, all_cameras, cameras, groups } };
  return {
    toggle: () => edit.mutate({ id: user.id, body: { ...body, enabled: !user.enabled } }, told),
    reset: () => reset.mutate(user.id, { ...told, onSuccess: onLink }),
    end: () => end.mutate(user.id, told),
    unlock: () => unlock.mutate(user.id, told),
    factor: () =>
      askFirst({
        title: t("people.factorTitle", { name }),
        text: t("people.factorText"),
        confirm: t("people.removeFactor"),
        onConfirm: () => factor.mutate(user.id, told),
      }),
    remove: () =>
      askFirst({
        title: t("people.deleteTitle", { name }),
        text: t("people.deleteText"),
        confirm: t("action.delete"),
        onConfirm: () => remove.mutate(user.id, told),
      }),
  };
}

function RowMenu(props: UserRowProps) {
  const { t } = useTranslation();
  const { user, sessions, second_factor } = props.shown;
  const acts = useActs(props);
  return (
    <Menu position="bottom-end" shadow="md">
      <Menu.Target>
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={t("people.menu", { name: user.name })}
        >
          <Icon name="more" />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<Icon name="pencil" size={16} />} onClick={props.onEdit}>
          {t("action.edit")}
        </Menu.Item>
        {user.state === "active" && (
          <>
            <Menu.Item onClick={acts.toggle}>
              {t(user.enabled ? "people.disable" : "people.enable")}
            </Menu.Item>
            <Menu.Item onClick={acts.reset}>{t("people.reset")}</Menu.Item>
            <Menu.Item onClick={acts.unlock}>{t("people.unlock")}</Menu.Item>
          </>
        )}
        {sessions > 0 && <Menu.Item onClick={acts.end}>{t("people.endSessions")}</Menu.Item>}
        {second_factor && <Menu.Item onClick={acts.factor}>{t("people.removeFactor")}</Menu.Item>}
        <Menu.Divider />
        <Menu.Item
          color="red"
          leftSection={<Icon name="trash" size={16} />}
          onClick={acts.remove}
        >
          {t("action.delete")}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
