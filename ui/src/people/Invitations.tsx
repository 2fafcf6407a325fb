import { Badge, Button, Group, Modal, NumberInput, Stack, Text, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { useSite } from "@/api/queries";
import { FormEnd } from "@/elements/FormEnd";
import { tellFailure } from "@/elements/failures";
import { Icon } from "@/elements/Icon";
import { Listed } from "@/elements/Listed";
import classes from "@/elements/Page.module.css";
import { roleName } from "@/elements/roles";
import { useMoment } from "@/i18n/moment";
import { type Invitation, useInvitations, useInvite, useRoles, useTakeBack } from "./api";
import { LimitsFields } from "./LimitsFields";
import { LinkShown, type MadeLink } from "./LinkShown";
import { isWhole, linkState, NO_LIMITS, placesOf, tidy } from "./limits";

/** Links that make users or set passwords: made, shown once, taken back. */
export function Invitations({ mayEdit }: { mayEdit: boolean }) {
  const { t } = useTranslation();
  const invitations = useInvitations();
  const [asking, setAsking] = useState(false);
  const [link, setLink] = useState<MadeLink | null>(null);
  return (
    <>
      {mayEdit && (
        <Button
          mb="sm"
          leftSection={<Icon name="plus" size={18} />}
          onClick={() => setAsking(true)}
        >
          {t("people.invite")}
        </Button>
      )}
      <Listed
        read={invitations}
        empty={{ icon: "user", title: t("people.noLinks"), text: t("people.noLinksText") }}
        row={(one) => <LinkRow key={one.id} one={one} mayEdit={mayEdit} />}
      />
      <Modal
        opened={asking}
        onClose={() => setAsking(false)}
        title={t("people.invite")}
        closeButtonProps={{ "aria-label": t("action.close") }}
      >
        {asking && <InviteForm onDone={() => setAsking(false)} onLink={setLink} />}
      </Modal>
      <LinkShown link={link} onClose={() => setLink(null)} />
    </>
  );
}

function InviteForm(props: { onDone: () => void; onLink: (link: MadeLink) => void }) {
  const { t } = useTranslation();
  const [name, setName] = useState("");
  const [limits, setLimits] = useState(NO_LIMITS);
  const [hours, setHours] = useState(72);
  const invite = useInvite();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const body = { name, limits: tidy(limits), hours };
    invite.mutate(body, {
      onSuccess: (link) => {
        props.onDone();
        props.onLink(link);
      },
    });
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput
          label={t("people.meantFor")}
          maxLength={200}
          data-autofocus
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <LimitsFields value={limits} onChange={setLimits} />
        <NumberInput
          label={t("people.hours")}
          min={1}
          max={8760}
          allowDecimal={false}
          required
          value={hours}
          onChange={(value) => setHours(Number(value) || 1)}
        />
        <FormEnd
          submit={t("people.makeLink")}
          error={invite.error}
          busy={invite.isPending}
          disabled={!isWhole(limits)}
          onCancel={props.onDone}
        />
      </Stack>
    </form>
  );
}

const COLOURS = { open: "teal", used: "gray", expired: "red" } as const;

function LinkRow({ one, mayEdit }: { one: Invitation; mayEdit: boolean }) {
  const { t } = useTranslation();
  const moment = useMoment();
  const roles = useRoles().data ?? [];
  const cameras = useSite().data?.cameras ?? [];
  const takeBack = useTakeBack();
  const state = linkState(one, Date.now() * 1000);
  const given = roles.find((role) => role.id === one.role)?.name ?? "";
  const places = placesOf(one, cameras);
  return (
    <li className={classes.row} data-invitation={one.id} data-state={state}>
      <div className={classes.cell}>
        <Group gap="xs">
          <Text fw={650}>{one.name || t("people.anybody")}</Text>
          <Badge variant="light" color={COLOURS[state]}>
            {t(`people.linkState.${state}`)}
          </Badge>
          {one.user_id != null && <Badge variant="default">{t("people.reset")}</Badge>}
        </Group>
        <Text size="xs" c="dimmed">
          {t("people.linkMadeBy", { name: one.created_by, time: moment.full(one.created_us) })}
        </Text>
      </div>
      <div className={classes.cell}>
        <Text size="sm">
          {roleName(t, one.role, given)}
          {" · "}
          {places.length > 0 ? places.join(", ") : t("people.everyCamera")}
        </Text>
        <Text size="xs" c="dimmed">
          {t("people.until", { time: moment.full(one.expires_us) })}
        </Text>
      </div>
      {mayEdit && state === "open" && (
        <Button
          size="xs"
          variant="default"
          loading={takeBack.isPending}
          onClick={() => takeBack.mutate(one.id, { onError: tellFailure })}
        >
          {t("people.takeBack")}
        </Button>
      )}
    </li>
  );
}
