import { useState } from "react";
import type { Alarm } from "@/api/types";
import { Icon } from "@/elements/Icon";
import classes from "./Alarms.module.css";

export function snapshotAddress(alarm: string, boxes: boolean): string {
  return `/api/v1/alarms/${encodeURIComponent(alarm)}/snapshot.jpg${boxes ? "" : "?boxes=false"}`;
}

/** An alarm's picture, small; a sign where there is none. */
export function Thumbnail({ alarm }: { alarm: Alarm }) {
  const [broken, setBroken] = useState(false);
  if (!alarm.snapshot || broken) {
    return (
      <span className={classes.thumb}>
        <Icon name="bell" />
      </span>
    );
  }
  return (
    <img
      className={classes.thumb}
      src={snapshotAddress(alarm.id, true)}
      alt=""
      loading="lazy"
      decoding="async"
      onError={() => setBroken(true)}
    />
  );
}
