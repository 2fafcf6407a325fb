import { Button, Drawer, Tabs } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { useSession } from "@/api/queries";
import { Icon } from "@/elements/Icon";
import { Listed } from "@/elements/Listed";
import { Page } from "@/elements/Page";
import { type UserShown, useUsers } from "./api";
import { Invitations } from "./Invitations";
import { LinkShown, type MadeLink } from "./LinkShown";
import { stateOf } from "./limits";
import { Roles } from "./Roles";
import { ApproveForm, EditUserForm, NewUserForm } from "./UserForm";
import { UserRow } from "./UserRow";

const TABS = ["users", "invitations", "roles"] as const;
type Tab = (typeof TABS)[number];

/** Who may log in, who was invited, and what roles there are. */
export function UsersPage() {
  const { t } = useTranslation();
  const [query, setQuery] = useSearchParams();
  const mayEdit = useSession().data?.rights.includes("users.edit") ?? false;
  const waiting = useUsers().data?.filter((one) => stateOf(one) === "pending").length ?? 0;
  const tab: Tab = TABS.find((one) => one === query.get("tab")) ?? "users";
  return (
    <Page title={t("nav.people")}>
      <Tabs
        value={tab}
        onChange={(next) => setQuery(next && next !== "users" ? { tab: next } : {})}
        keepMounted={false}
      >
        <Tabs.List mb="md">
          {TABS.map((one) => (
            <Tabs.Tab key={one} value={one}>
              {t(`people.tab.${one}`)}
              {one === "users" && waiting > 0 && ` (${t("people.waiting", { count: waiting })})`}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="users">
          <Users mayEdit={mayEdit} />
        </Tabs.Panel>
        <Tabs.Panel value="invitations">
          <Invitations mayEdit={mayEdit} />
        </Tabs.Panel>
        <Tabs.Panel value="roles">
          <Roles mayEdit={mayEdit} />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}

type Doing = { kind: "add" } | { kind: "edit" | "approve"; shown: UserShown };

function Users({ mayEdit }: { mayEdit: boolean }) {
  const { t } = useTranslation();
  const users = useUsers();
  const [doing, setDoing] = useState<Doing | null>(null);
  const [link, setLink] = useState<MadeLink | null>(null);
  return (
    <>
      {mayEdit && (
        <Button
          mb="sm"
          leftSection={<Icon name="plus" size={18} />}
          onClick={() => setDoing({ kind: "add" })}
        >
          {t("people.add")}
        </Button>
      )}
      <Listed
        read={{ ...users, data: users.data && waitingFirst(users.data) }}
        empty={{ icon: "user", title: t("people.none") }}
        row={(shown) => (
          <UserRow
            key={shown.user.id}
            shown={shown}
            mayEdit={mayEdit}
            onEdit={() => setDoing({ kind: "edit", shown })}
            onApprove={() => setDoing({ kind: "approve", shown })}
            onLink={setLink}
          />
        )}
      />
      <Drawer
        position="right"
        size="md"
        opened={doing !== null}
        onClose={() => setDoing(null)}
        title={doing && titleOf(doing, t)}
        closeButtonProps={{ "aria-label": t("action.close") }}
      >
        {doing && <DoingForm doing={doing} onDone={() => setDoing(null)} onLink={setLink} />}
      </Drawer>
      <LinkShown link={link} onClose={() => setLink(null)} />
    </>
  );
}

function DoingForm(props: {
  doing: Doing;
  onDone: () => void;
  onLink: (link: MadeLink) => void;
}) {
  const { doing, onDone, onLink } = props;
  if (doing.kind === "add") return <NewUserForm onDone={onDone} onLink={onLink} />;
  if (doing.kind === "edit") return <EditUserForm shown={doing.shown} onDone={onDone} />;
  return <ApproveForm shown={doing.shown} onDone={onDone} />;
}

function titleOf(doing: Doing, t: ReturnType<typeof useTranslation>["t"]): string {
  if (doing.kind === "add") return t("people.add");
  const { name } = doing.shown.user;
  return t(doing.kind === "edit" ? "people.editTitle" : "people.approveTitle", { name });
}

/** Those who wait for an answer before all others. */
function waitingFirst(users: readonly UserShown[]): UserShown[] {
  const rank = (one: UserShown) => (stateOf(one) === "pending" ? 0 : 1);
  return [...users].sort((one, other) => rank(one) - rank(other));
}
