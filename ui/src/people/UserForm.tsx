import { Stack, Switch, TextInput, Textarea } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { FormEnd } from "@/elements/FormEnd";
import { Password } from "@/elements/Password";
import {
  type Limits,
  type User,
  type UserShown,
  useApproveUser,
  useCreateUser,
  useEditUser,
  useResetLink,
} from "./api";
import { LimitsFields } from "./LimitsFields";
import type { MadeLink } from "./LinkShown";
import { isWhole, NO_LIMITS, tidy } from "./limits";

interface FormProps {
  onDone: () => void;
}

interface Draft {
  name: string;
  full_name: string;
  note: string;
  limits: Limits;
}

function draftOf(user: User | null): Draft {
  if (!user) return { name: "", full_name: "", note: "", limits: NO_LIMITS };
  return { name: user.name, full_name: user.full_name, note: user.note, limits: limitsOf(user) };
}

function limitsOf({ role, all_cameras, cameras, groups }: User): Limits {
  return { role, all_cameras, cameras, groups };
}

/** Makes a user, with a password or with a link by which the user sets one. */
export function NewUserForm({ onDone, onLink }: FormProps & { onLink: (link: MadeLink) => void }) {
  const { t } = useTranslation();
  const [draft, setDraft] = useState(() => draftOf(null));
  const [byLink, setByLink] = useState(true);
  const [password, setPassword] = useState("");
  const create = useCreateUser();
  const reset = useResetLink();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const body = { ...draft, limits: tidy(draft.limits), password: byLink ? null : password };
    create.mutate(body, {
      onSuccess: ({ user }) => {
        if (byLink) reset.mutate(user.id, { onSuccess: onLink, onSettled: onDone });
        else onDone();
      },
    });
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <Who draft={draft} onChange={setDraft} />
        <Switch
          label={t("people.byLink")}
          description={t("people.byLinkHelp")}
          checked={byLink}
          onChange={(event) => setByLink(event.currentTarget.checked)}
        />
        {!byLink && (
          <Password
            label={t("login.password")}
            autoComplete="new-password"
            required
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
          />
        )}
        <FormEnd
          submit={t("people.add")}
          error={create.error}
          busy={create.isPending || reset.isPending}
          disabled={!isWhole(draft.limits)}
          onCancel={onDone}
        />
      </Stack>
    </form>
  );
}

/** Changes a user; of one who was shut out too. */
export function EditUserForm({ shown, onDone }: FormProps & { shown: UserShown }) {
  const { t } = useTranslation();
  const { user } = shown;
  const [draft, setDraft] = useState(() => draftOf(user));
  const edit = useEditUser();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const body = { ...draft, limits: tidy(draft.limits), enabled: user.enabled };
    edit.mutate({ id: user.id, body }, { onSuccess: onDone });
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <Who draft={draft} onChange={setDraft} kept={user.role} />
        <FormEnd
          submit={t("action.save")}
          error={edit.error}
          busy={edit.isPending}
          disabled={!isWhole(draft.limits)}
          onCancel={onDone}
        />
      </Stack>
    </form>
  );
}

/** Lets in somebody who asked, with a role. */
export function ApproveForm({ shown, onDone }: FormProps & { shown: UserShown }) {
  const { t } = useTranslation();
  const [limits, setLimits] = useState(() => limitsOf(shown.user));
  const approve = useApproveUser();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    approve.mutate({ id: shown.user.id, body: tidy(limits) }, { onSuccess: onDone });
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <LimitsFields value={limits} onChange={setLimits} />
        <FormEnd
          submit={t("people.approve")}
          error={approve.error}
          busy={approve.isPending}
          disabled={!isWhole(limits)}
          onCancel={onDone}
        />
      </Stack>
    </form>
  );
}

function Who(props: { draft: Draft; onChange: (draft: Draft) => void; kept?: string }) {
  const { t } = useTranslation();
  const { draft, onChange } = props;
  return (
    <>
      <TextInput
        label={t("login.name")}
        autoComplete="off"
        autoCapitalize="none"
        required
        minLength={2}
        maxLength={64}
        data-autofocus
        value={draft.name}
        onChange={(event) => onChange({ ...draft, name: event.currentTarget.value })}
      />
      <TextInput
        label={t("people.fullName")}
        maxLength={200}
        value={draft.full_name}
        onChange={(event) => onChange({ ...draft, full_name: event.currentTarget.value })}
      />
      <LimitsFields
        value={draft.limits}
        onChange={(limits) => onChange({ ...draft, limits })}
        kept={props.kept ?? ""}
      />
      <Textarea
        label={t("people.note")}
        maxLength={200}
        autosize
        value={draft.note}
        onChange={(event) => onChange({ ...draft, note: event.currentTarget.value })}
      />
    </>
  );
}
