import { useDisclosure } from "@mantine/hooks";
import { useTranslation } from "react-i18next";
import { NavLink, Outlet, useNavigate } from "react-router";
import { useNewAlarms } from "@/alarms/counts";
import { useAlarmSound } from "@/alarms/sound";
import { useSession } from "@/api/queries";
import { Icon } from "@/elements/Icon";
import { useConnection, useFreshTokens } from "./connection";
import { useChord, useKeys } from "./keys";
import { placesFor } from "./navigation";
import classes from "./Shell.module.css";
import { StaleBanner } from "./StaleBanner";
import { Shortcuts } from "./shortcuts";
import { TopBar } from "./TopBar";
import { WarningBanner } from "./WarningBanner";

/** What is around every page: where one can go, who is there, and whether the line is up. */
export function Shell() {
  const [helped, help] = useDisclosure(false);
  useConnection();
  useFreshTokens();
  useAlarmSound();
  useGoKeys(help.open);
  return (
    <div className={classes.shell}>
      <TopBar onHelp={help.open} />
      <Rail />
      <main className={classes.page}>
        <StaleBanner />
        <WarningBanner />
        <Outlet />
      </main>
      <Shortcuts opened={helped} onClose={help.close} />
    </div>
  );
}

function Rail() {
  const { t } = useTranslation();
  const rights = useSession().data?.rights ?? [];
  const alarms = useNewAlarms();
  return (
    <nav className={classes.rail} aria-label={t("nav.title")}>
      <div className={classes.mark}>
        <img src="/favicon.svg" width={34} height={34} alt="Vedette" />
      </div>
      {placesFor(rights).map((place) => (
        <NavLink
          key={place.to}
          to={place.to}
          end={place.to === "/"}
          className={classes.place ?? ""}
        >
          <Icon name={place.icon} size={22} />
          <span>{t(place.title)}</span>
          {place.to === "/alarms" && alarms.count > 0 && (
            <span
              className={classes.count}
              title={t("alarms.newCount", { count: alarms.count, shown: alarms.text })}
            >
              {alarms.text}
            </span>
          )}
        </NavLink>
      ))}
    </nav>
  );
}

/** `g` and a letter go to a page, `?` shows all keys. */
function useGoKeys(onHelp: () => void): void {
  const navigate = useNavigate();
  const places = placesFor(useSession().data?.rights ?? []);
  useChord("g", Object.fromEntries(places.map(({ key, to }) => [key, () => void navigate(to)])));
  useKeys({ "?": onHelp });
}
