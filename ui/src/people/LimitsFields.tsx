import { MultiSelect, Select, Stack, Switch } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useSession, useSite } from "@/api/queries";
import { roleName } from "@/elements/roles";
import { type Limits, useRoles } from "./api";
import { grantable, groupsOf } from "./limits";

interface LimitsFieldsProps {
  value: Limits;
  onChange: (value: Limits) => void;
  /** The role there was before, which is offered even to those who could not give it. */
  kept?: string;
}

/** Role, and for which cameras it is good. */
export function LimitsFields({ value, onChange, kept = "" }: LimitsFieldsProps) {
  const { t } = useTranslation();
  const rights = useSession().data?.rights ?? [];
  const roles = grantable(useRoles().data ?? [], rights, kept);
  return (
    <Stack>
      <Select
        label={t("people.role")}
        required
        allowDeselect={false}
        data={roles.map((role) => ({ value: role.id, label: roleName(t, role.id, role.name) }))}
        value={value.role}
        onChange={(role) => role && onChange({ ...value, role })}
      />
      <Switch
        label={t("people.allCameras")}
        description={t("people.allCamerasHelp")}
        checked={value.all_cameras}
        onChange={(event) => onChange({ ...value, all_cameras: event.currentTarget.checked })}
      />
      {!value.all_cameras && <Places value={value} onChange={onChange} />}
    </Stack>
  );
}

function Places({ value, onChange }: LimitsFieldsProps) {
  const { t } = useTranslation();
  const cameras = useSite().data?.cameras ?? [];
  const gone = value.cameras.filter((id) => !cameras.some((camera) => camera.id === id));
  const groups = [...new Set([...groupsOf(cameras), ...value.groups])];
  return (
    <>
      <MultiSelect
        label={t("people.cameras")}
        searchable
        data={[
          ...cameras.map((camera) => ({ value: camera.id, label: camera.name })),
          ...gone.map((id) => ({ value: id, label: id })),
        ]}
        value={value.cameras}
        onChange={(chosen) => onChange({ ...value, cameras: chosen })}
      />
      {groups.length > 0 && (
        <MultiSelect
          label={t("people.groups")}
          description={t("people.groupsHelp")}
          data={groups}
          value={value.groups}
          onChange={(chosen) => onChange({ ...value, groups: chosen })}
        />
      )}
    </>
  );
}
