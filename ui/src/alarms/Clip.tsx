import { Loader, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { ApiFailure } from "@/api/failure";
import { Empty, Failed } from "@/elements/states";
import { ask, clipAddress } from "@/playback/api";
import classes from "./Alarms.module.css";

const MOST_TRIES = 30;
const TOO_EARLY = 425;

/** The recording around an alarm; while its end is still being recorded it waits. */
export function Clip({ alarm }: { alarm: string }) {
  const { t } = useTranslation();
  const address = clipAddress(alarm);
  const ready = useQuery({
    queryKey: ["clip", alarm],
    // One byte tells whether all of it is there.
    queryFn: async () => (await ask(address, { headers: { Range: "bytes=0-0" } })).ok,
    retry: (failures, error) => isEarly(error) && failures < MOST_TRIES,
    retryDelay: (_, error) =>
      1000 * Math.max(1, error instanceof ApiFailure ? error.retryAfterS : 1),
    staleTime: 60_000,
  });
  if (ready.data) {
    return (
      <div className={classes.picture}>
        <video src={address} controls autoPlay muted loop playsInline />
      </div>
    );
  }
  if (ready.error && !isMissing(ready.error)) {
    return <Failed error={ready.error} onRetry={() => void ready.refetch()} />;
  }
  return (
    <div className={classes.picture}>
      {ready.error ? (
        <Empty icon="camera" title={t("alarms.noClip")} />
      ) : (
        <div role="status">
          <Loader size="sm" type="dots" />
          <Text size="sm">{t("alarms.clipWaiting")}</Text>
        </div>
      )}
    </div>
  );
}

const isEarly = (error: Error) => error instanceof ApiFailure && error.status === TOO_EARLY;
const isMissing = (error: Error) => error instanceof ApiFailure && error.status === 404;
