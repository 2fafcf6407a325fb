import {
  ActionIcon,
  Button,
  Checkbox,
  Group,
  Modal,
  SimpleGrid,
  Stack,
  Text,
  TextInput,
} from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { useSession } from "@/api/queries";
import type { Right } from "@/api/types";
import { askFirst } from "@/elements/confirm";
import { FormEnd } from "@/elements/FormEnd";
import { tellFailure } from "@/elements/failures";
import { Icon } from "@/elements/Icon";
import { Listed } from "@/elements/Listed";
import classes from "@/elements/Page.module.css";
import { RIGHTS } from "@/elements/rights";
import { isFixedRole, roleName } from "@/elements/roles";
import { type Role, useDeleteRole, useRoles, useSaveRole } from "./api";

/** The roles with their rights; those of the house can be made, changed and deleted. */
export function Roles({ mayEdit }: { mayEdit: boolean }) {
  const { t } = useTranslation();
  const [editing, setEditing] = useState<Role | "new" | null>(null);
  const close = () => setEditing(null);
  return (
    <>
      {mayEdit && (
        <Button
          mb="sm"
          leftSection={<Icon name="plus" size={18} />}
          onClick={() => setEditing("new")}
        >
          {t("people.addRole")}
        </Button>
      )}
      <Listed
        read={useRoles()}
        empty={{ icon: "user", title: t("people.noRoles") }}
        row={(role) => (
          <RoleRow
            key={role.id}
            role={role}
            mayEdit={mayEdit && !isFixedRole(role.id)}
            onEdit={() => setEditing(role)}
          />
        )}
      />
      <Modal
        opened={editing !== null}
        onClose={close}
        size="lg"
        title={t(editing === "new" ? "people.addRole" : "people.editRole")}
        closeButtonProps={{ "aria-label": t("action.close") }}
      >
        {editing && <RoleForm role={editing === "new" ? null : editing} onDone={close} />}
      </Modal>
    </>
  );
}

function RoleRow(props: { role: Role; mayEdit: boolean; onEdit: () => void }) {
  const { t } = useTranslation();
  const { role } = props;
  const remove = useDeleteRole();
  const rights = RIGHTS.filter((right) => role.rights.includes(right));
  const ask = () =>
    askFirst({
      title: t("people.deleteRoleTitle", { name: role.name }),
      text: t("people.deleteRoleText"),
      confirm: t("action.delete"),
      onConfirm: () => remove.mutate(role.id, { onError: tellFailure }),
    });
  return (
    <li className={classes.row} data-role={role.id}>
      <div className={classes.cell}>
        <Text fw={650}>{roleName(t, role.id, role.name)}</Text>
        <Text size="xs" c="dimmed">
          {t(isFixedRole(role.id) ? "people.fixedRole" : "people.madeRole")}
        </Text>
      </div>
      <Text size="sm">
        {rights.length === RIGHTS.length
          ? t("people.allRights")
          : rights.map((right) => t(`right.${right}`)).join(" · ")}
      </Text>
      {props.mayEdit && (
        <Group gap={4} wrap="nowrap">
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={t("people.editRoleOf", { name: role.name })}
            onClick={props.onEdit}
          >
            <Icon name="pencil" />
          </ActionIcon>
          <ActionIcon
            variant="subtle"
            color="red"
            aria-label={t("people.deleteRoleTitle", { name: role.name })}
            onClick={ask}
          >
            <Icon name="trash" />
          </ActionIcon>
        </Group>
      )}
    </li>
  );
}

function RoleForm({ role, onDone }: { role: Role | null; onDone: () => void }) {
  const { t } = useTranslation();
  const own = useSession().data?.rights ?? [];
  const [name, setName] = useState(role?.name ?? "");
  const [rights, setRights] = useState<readonly string[]>(role?.rights ?? []);
  const save = useSaveRole();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const chosen: Right[] = RIGHTS.filter((right) => rights.includes(right));
    save.mutate({ id: role?.id ?? null, body: { name, rights: chosen } }, { onSuccess: onDone });
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput
          label={t("people.roleName")}
          required
          maxLength={120}
          data-autofocus
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Checkbox.Group label={t("people.rights")} value={[...rights]} onChange={setRights}>
          <SimpleGrid cols={{ base: 1, sm: 2 }} mt="xs" spacing="xs">
            {RIGHTS.map((right) => (
              <Checkbox
                key={right}
                value={right}
                label={t(`right.${right}`)}
                disabled={!own.includes(right)}
              />
            ))}
          </SimpleGrid>
        </Checkbox.Group>
        <FormEnd
          submit={t("action.save")}
          error={save.error}
          busy={save.isPending}
          disabled={rights.length === 0}
          onCancel={onDone}
        />
      </Stack>
    </form>
  );
}
