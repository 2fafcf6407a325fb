import { useTranslation } from "react-i18next";
import { Icon } from "@/elements/Icon";
import { useMoment } from "@/i18n/moment";
import { useHealth } from "@/socket/health";
import classes from "./Shell.module.css";

const CODES = ["disk_nearly_full", "disk_full", "disk_away", "remote_away"] as const;

/** Says what is wrong with the installation itself, such as a disk that is nearly full. */
export function WarningBanner() {
  const { t } = useTranslation();
  const moment = useMoment();
  const warnings = useHealth((health) => health.warnings);
  return Object.values(warnings).map((one) => {
    const code = CODES.find((known) => known === one.code);
    return (
      <div
        key={one.subject}
        className={classes.banner}
        role={one.severity === "critical" ? "alert" : "status"}
        title={one.message}
      >
        <Icon name="warning" size={18} />
        <span>{code ? t(`warning.${code}`) : one.message}</span>
        <span>{t("warning.since", { time: moment.clock(one.since_us) })}</span>
      </div>
    );
  });
}
