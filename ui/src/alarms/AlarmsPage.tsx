import { Button, SegmentedControl, Select } from "@mantine/core";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocation, useNavigate, useParams, useSearchParams } from "react-router";
import { useAlarms, useSite } from "@/api/queries";
import type { Alarm, AlarmState } from "@/api/types";
import { useKeys } from "@/app/keys";
import { Empty, Failed } from "@/elements/states";
import { RowSkeletons } from "./AlarmColumn";
import { AlarmDetail } from "./AlarmDetail";
import { AlarmRow } from "./AlarmRow";
import classes from "./Alarms.module.css";

const FILTERS = {
  open: ["new", "acknowledged", "assigned", "escalated"],
  closed: ["closed"],
  all: [],
} as const satisfies Record<string, readonly AlarmState[]>;
type Filter = keyof typeof FILTERS;
const NAMES: readonly Filter[] = ["open", "closed", "all"];

/** All alarms on the left, the chosen one on the right. */
export function AlarmsPage() {
  const { t } = useTranslation();
  const { id } = useParams();
  const { filter, camera, set } = useFilters();
  const alarms = useAlarms(FILTERS[filter], camera);
  const items = alarms.data?.pages.flatMap((page) => page.items) ?? [];
  useListKeys(items, id);
  return (
    <div className={classes.page} data-open={id ? true : undefined}>
      <section className={classes.lists} aria-label={t("nav.alarms")}>
        <div className={classes.head}>
          <SegmentedControl
            size="xs"
            value={filter}
            onChange={(value) => set("show", value === "open" ? null : value)}
            data={NAMES.map((name) => ({ value: name, label: t(`alarms.filter.${name}`) }))}
          />
          <CameraFilter camera={camera} onCamera={(one) => set("camera", one)} />
        </div>
        {alarms.error && !alarms.data ? (
          <Failed error={alarms.error} onRetry={() => void alarms.refetch()} />
        ) : (
          <List
            alarms={alarms}
            items={items}
            current={id}
            filtered={filter !== "all" || camera !== null}
          />
        )}
      </section>
      <section className={classes.detail}>
        {id ? (
          <AlarmDetail id={id} />
        ) : (
          <Empty icon="bell" title={t("alarms.choose")} text={t("alarms.chooseText")} />
        )}
      </section>
    </div>
  );
}

function CameraFilter(props: { camera: string | null; onCamera: (camera: string | null) => void }) {
  const { t } = useTranslation();
  const cameras = useSite().data?.cameras ?? [];
  return (
    <Select
      size="xs"
      flex={1}
      clearable
      searchable
      placeholder={t("alarms.filter.camera")}
      aria-label={t("alarms.filter.camera")}
      value={props.camera}
      onChange={props.onCamera}
      data={cameras.map((camera) => ({ value: camera.id, label: camera.name }))}
    />
  );
}

interface ListProps {
  alarms: ReturnType<typeof useAlarms>;
  items: readonly Alarm[];
  current: string | undefined;
  filtered: boolean;
}

function List({ alarms, items, current, filtered }: ListProps) {
  const { t } = useTranslation();
  const { search } = useLocation();
  const { list, above, toTop } = useArrivals(items);
  if (!alarms.data) return <RowSkeletons />;
  if (items.length === 0) {
    return (
      <Empty
        icon="bell"
        title={t(filtered ? "alarms.noneHere" : "alarms.none")}
        text={t("alarms.noneText")}
      />
    );
  }
  return (
    <>
      {above > 0 && (
        <Button className={classes.pill} radius="xl" size="compact-sm" mt={48} onClick={toTop}>
          {t("alarms.arrived", { count: above })}
        </Button>
      )}
      <div ref={list} className={classes.list}>
        {items.map((alarm) => (
          <AlarmRow key={alarm.id} alarm={alarm} current={alarm.id === current} search={search} />
        ))}
        {alarms.hasNextPage && (
          <Button
            variant="subtle"
            fullWidth
            my="sm"
            loading={alarms.isFetchingNextPage}
            onClick={() => void alarms.fetchNextPage()}
          >
            {t("alarms.more")}
          </Button>
        )}
      </div>
    </>
  );
}

/** How many alarms came in above what is seen; a list that was scrolled does not move. */
function useArrivals(items: readonly Alarm[]) {
  const list = useRef<HTMLDivElement>(null);
  const [seen, setSeen] = useState<string | null>(null);
  const top = items[0]?.id ?? null;
  const scrolled = (list.current?.scrollTop ?? 0) > 40;
  useEffect(() => {
    if (!scrolled) setSeen(top);
  }, [top, scrolled]);
  const toTop = () => {
    setSeen(top);
    list.current?.scrollTo({ top: 0 });
  };
  const above = scrolled && seen !== null ? items.findIndex((alarm) => alarm.id === seen) : 0;
  return { list, above: Math.max(0, above), toTop };
}

/** The filters live in the address, so that a list can be sent to somebody. */
function useFilters() {
  const [query, setQuery] = useSearchParams();
  const asked = query.get("show");
  const filter = NAMES.find((name) => name === asked) ?? "open";
  const set = (key: string, value: string | null) =>
    setQuery((old) => {
      const next = new URLSearchParams(old);
      if (value === null) next.delete(key);
      else next.set(key, value);
      return next;
    });
  return { filter, camera: query.get("camera"), set };
}

function useListKeys(items: readonly Alarm[], current: string | undefined): void {
  const navigate = useNavigate();
  const { search } = useLocation();
  const last = useRef(0);
  const open = (alarm: Alarm | undefined) => {
    if (alarm) void navigate(`/alarms/${encodeURIComponent(alarm.id)}${search}`);
  };
  const at = items.findIndex((alarm) => alarm.id === current);
  if (at >= 0) last.current = at;
  // One that was answered has left the list: the next stands where it was.
  const next = at < 0 ? last.current : at + 1;
  useKeys({
    j: () => open(items[next]),
    k: () => open(items[Math.max(0, (at < 0 ? last.current : at) - 1)]),
    Enter: () => open(items[Math.max(0, at)]),
    Escape: () => void navigate(`/alarms${search}`),
  });
}
