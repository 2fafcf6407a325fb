import { useTranslation } from "react-i18next";
import { useMoment } from "@/i18n/moment";
import classes from "./Playback.module.css";
import type { Notice } from "./player/conductor";

/** Says what was skipped, or that there is no more. */
export function NoticeLine({ notice }: { notice: Notice | null }) {
  const { t } = useTranslation();
  const moment = useMoment();
  if (!notice) return null;
  const words = () => {
    if (notice.kind !== "skipped") return t(`playback.notice.${notice.kind}`);
    const far = !moment.sameDay(notice.fromUs, notice.untilUs);
    const write = far ? moment.full : moment.clock;
    const said = t("playback.notice.skipped", {
      from: write(notice.fromUs),
      until: write(notice.untilUs),
    });
    return notice.cause ? `${said} ${t(`playback.cause.${notice.cause}`)}` : said;
  };
  return (
    <div className={classes.notice} role="status">
      {words()}
    </div>
  );
}
