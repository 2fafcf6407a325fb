import {
  ActionIcon,
  Group,
  Menu,
  Text,
  Tooltip,
  UnstyledButton,
  useMantineColorScheme,
} from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { answer, api } from "@/api/client";
import { keys, useSession, useSite } from "@/api/queries";
import { tellFailure } from "@/elements/failures";
import { Icon, type IconName } from "@/elements/Icon";
import { roleName } from "@/elements/roles";
import { choose, LANGUAGE_NAMES, LANGUAGES } from "@/i18n/language";
import { useHealth } from "@/socket/health";
import { usePreferences } from "./preferences";
import classes from "./Shell.module.css";

export function TopBar({ onHelp }: { onHelp: () => void }) {
  const { t } = useTranslation();
  const { sound, toggleSound } = usePreferences();
  const site = useSite().data;
  const soundWord = t(sound ? "top.soundOff" : "top.soundOn");
  return (
    <header className={classes.top}>
      <Text fw={650} truncate flex={1}>
        {site?.name ?? "Vedette"}
      </Text>
      <LinkState />
      <Tooltip label={soundWord}>
        <ActionIcon
          variant="subtle"
          color="gray"
          size="lg"
          aria-label={soundWord}
          onClick={toggleSound}
        >
          <Icon name={sound ? "volume" : "volumeOff"} />
        </ActionIcon>
      </Tooltip>
      <Tooltip label={t("keys.title")}>
        <ActionIcon
          variant="subtle"
          color="gray"
          size="lg"
          visibleFrom="sm"
          aria-label={t("keys.title")}
          onClick={onHelp}
        >
          <Icon name="keyboard" />
        </ActionIcon>
      </Tooltip>
      <LanguageMenu />
      <SchemeMenu />
      <UserMenu />
    </header>
  );
}

function LinkState() {
  const { t } = useTranslation();
  const state = useHealth((health) => health.link.state);
  const known = state === "open" ? "open" : state === "lost" ? "lost" : "connecting";
  return (
    <span className={classes.link} role="status">
      <span className={classes.dot} data-state={known} />
      <Text span inherit visibleFrom="sm">
        {t(`link.${known}`)}
      </Text>
    </span>
  );
}

export function LanguageMenu() {
  const { t, i18n } = useTranslation();
  return (
    <Menu position="bottom-end" shadow="md">
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label={t("top.language")}>
          <Icon name="globe" />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {LANGUAGES.map((language) => (
          <Menu.Item
            key={language}
            lang={language}
            fw={i18n.language === language ? 650 : undefined}
            onClick={() => void choose(language)}
          >
            {LANGUAGE_NAMES[language]}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

const SCHEMES = [
  ["auto", "contrast"],
  ["light", "sun"],
  ["dark", "moon"],
] as const satisfies readonly (readonly [string, IconName])[];

export function SchemeMenu() {
  const { t } = useTranslation();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const icon = SCHEMES.find(([scheme]) => scheme === colorScheme)?.[1] ?? "contrast";
  return (
    <Menu position="bottom-end" shadow="md">
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label={t("top.scheme")}>
          <Icon name={icon} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {SCHEMES.map(([scheme, one]) => (
          <Menu.Item
            key={scheme}
            leftSection={<Icon name={one} size={16} />}
            fw={colorScheme === scheme ? 650 : undefined}
            onClick={() => setColorScheme(scheme)}
          >
            {t(`top.schemes.${scheme}`)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function UserMenu() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const session = useSession().data;
  const logOut = async () => {
    try {
      await answer(api.POST("/api/v1/logout"));
    } catch (error) {
      tellFailure(error);
      return;
    }
    client.setQueryData(keys.session, null);
    // The next one to log in may see less.
    client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== keys.session[0] });
  };
  if (!session) return null;
  return (
    <Menu position="bottom-end" shadow="md">
      <Menu.Target>
        <UnstyledButton aria-label={t("top.user")} p={4}>
          <Group gap={6} wrap="nowrap">
            <Icon name="user" />
            <Text size="sm" visibleFrom="sm" maw={140} truncate>
              {session.name}
            </Text>
          </Group>
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          {session.name} · {roleName(t, session.role, session.role_name)}
        </Menu.Label>
        <Menu.Item
          component={Link}
          to="/account"
          leftSection={<Icon name="user" size={16} />}
        >
          {t("account.title")}
        </Menu.Item>
        <Menu.Item leftSection={<Icon name="logout" size={16} />} onClick={() => void logOut()}>
          {t("top.logOut")}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
