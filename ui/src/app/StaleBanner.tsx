import { Button } from "@mantine/core";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Icon } from "@/elements/Icon";
import { useMoment } from "@/i18n/moment";
import { useHealth } from "@/socket/health";
import { hurry } from "./connection";
import classes from "./Shell.module.css";

// A line that is back at once is not worth a word.
const PATIENCE_MS = 1_500;

/** Says that what is on the page is old, and when it will try again. */
export function StaleBanner() {
  const { t } = useTranslation();
  const moment = useMoment();
  const link = useHealth((health) => health.link);
  const now = useSeconds(link.state === "lost");
  if (link.state !== "lost" || now - link.since < PATIENCE_MS) return null;
  const seconds = Math.max(0, Math.ceil((link.retryAt - now) / 1000));
  return (
    <div className={classes.banner} role="status">
      <Icon name="unplugged" size={18} />
      <span>{t("link.stale", { time: moment.clock(link.since * 1000), seconds })}</span>
      <Button size="compact-xs" variant="default" onClick={hurry}>
        {t("action.retryNow")}
      </Button>
    </div>
  );
}

function useSeconds(running: boolean): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (!running) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(timer);
  }, [running]);
  return now;
}
