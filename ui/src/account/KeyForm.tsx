import { Button, Checkbox, Group, MultiSelect, Select, Stack, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { useSession, useSite } from "@/api/queries";
import { Password } from "@/elements/Password";
import { RIGHTS } from "@/elements/rights";
import { useMakeKey } from "./api";
import { ProofFailure } from "./Card";

const DAYS = ["1", "7", "30", "90", "365"] as const;
const DAY_US = 86_400e6;

interface Draft {
  name: string;
  rights: readonly string[];
  cameras: string[];
  days: string | null;
  password: string;
}

/** Name, rights, cameras and end of a key; the password proves that it is its owner who asks. */
export function KeyForm(props: { onMade: (secret: string) => void; onCancel: () => void }) {
  const { t } = useTranslation();
  const [draft, setDraft] = useState<Draft>(() => ({
    name: "",
    rights: [],
    cameras: [],
    days: "90",
    password: "",
  }));
  const change = (part: Partial<Draft>) => setDraft((old) => ({ ...old, ...part }));
  const make = useMakeKey();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const { name, password, cameras, days } = draft;
    const body = {
      name,
      password,
      rights: RIGHTS.filter((right) => draft.rights.includes(right)),
      cameras: cameras.length > 0 ? cameras : null,
      expires_us: days === null ? null : Date.now() * 1000 + Number(days) * DAY_US,
    };
    make.mutate(body, { onSuccess: ({ secret }) => props.onMade(secret) });
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput
          label={t("account.keyName")}
          required
          maxLength={120}
          data-autofocus
          value={draft.name}
          onChange={(event) => change({ name: event.currentTarget.value })}
        />
        <Scope draft={draft} onChange={change} />
        <Password
          label={t("login.password")}
          autoComplete="current-password"
          required
          value={draft.password}
          onChange={(event) => change({ password: event.currentTarget.value })}
        />
        <ProofFailure error={make.error} />
        <Group justify="flex-end">
          <Button variant="default" onClick={props.onCancel}>
            {t("action.cancel")}
          </Button>
          <Button type="submit" loading={make.isPending} disabled={draft.rights.length === 0}>
            {t("account.addKey")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function Scope({ draft, onChange }: { draft: Draft; onChange: (part: Partial<Draft>) => void }) {
  const { t } = useTranslation();
  const own = useSession().data?.rights ?? [];
  const cameras = useSite().data?.cameras ?? [];
  return (
    <>
      <Checkbox.Group
        label={t("people.rights")}
        value={[...draft.rights]}
        onChange={(rights) => onChange({ rights })}
      >
        <Group mt="xs" gap="xs">
          {RIGHTS.filter((right) => own.includes(right)).map((right) => (
            <Checkbox key={right} value={right} label={t(`right.${right}`)} />
          ))}
        </Group>
      </Checkbox.Group>
      {cameras.length > 0 && (
        <MultiSelect
          label={t("people.cameras")}
          description={t("account.keyCameras")}
          searchable
          data={cameras.map((camera) => ({ value: camera.id, label: camera.name }))}
          value={draft.cameras}
          onChange={(chosen) => onChange({ cameras: chosen })}
        />
      )}
      <Select
        label={t("account.keyEnd")}
        placeholder={t("account.noEnd")}
        clearable
        data={DAYS.map((days) => ({ value: days, label: t("account.days", { days }) }))}
        value={draft.days}
        onChange={(days) => onChange({ days })}
      />
    </>
  );
}
