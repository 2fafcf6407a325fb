import { Button, Group, Skeleton, Stack, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { answer, api } from "@/api/client";
import { Icon } from "@/elements/Icon";
import { Page } from "@/elements/Page";
import classes from "@/elements/Page.module.css";
import { Empty, Failed } from "@/elements/states";
import { useMoment } from "@/i18n/moment";
import { EntryRow } from "./EntryRow";
import { type AuditQuery, exportAddress, NAMES, queryOf, wantedOf } from "./query";

const TYPING_MS = 300;

/** Who did what, when and from where: searched, looked into, taken along. */
export function AuditPage() {
  const { t } = useTranslation();
  const { zone } = useMoment();
  const [address] = useSearchParams();
  const [settled] = useDebouncedValue(address.toString(), TYPING_MS);
  const query = queryOf(wantedOf(new URLSearchParams(settled)), zone);
  const acts = (["csv", "json"] as const).map((format) => (
    <Button
      key={format}
      component="a"
      href={exportAddress(query, format)}
      download
      variant="default"
      size="xs"
      leftSection={<Icon name="download" size={16} />}
    >
      {t(`audit.${format}`)}
    </Button>
  ));
  return (
    <Page title={t("audit.title")} acts={acts}>
      <Filter />
      <Entries query={query} />
    </Page>
  );
}

function Filter() {
  const { t } = useTranslation();
  const [address, setAddress] = useSearchParams();
  const wanted = wantedOf(address);
  const labels = {
    actor: t("audit.who"),
    action: t("audit.what"),
    text: t("audit.text"),
    from: t("audit.from"),
    until: t("audit.until"),
  };
  const set = (name: string, value: string) =>
    setAddress(
      (old) => {
        if (value) old.set(name, value);
        else old.delete(name);
        return old;
      },
      { replace: true },
    );
  return (
    <Group align="flex-end" mb="md" gap="xs" role="search">
      {NAMES.map((name) => (
        <TextInput
          key={name}
          label={labels[name]}
          type={name === "from" || name === "until" ? "date" : "text"}
          flex={name === "text" ? "1 1 220px" : "1 1 130px"}
          value={wanted[name]}
          onChange={(event) => set(name, event.currentTarget.value)}
        />
      ))}
      <Button variant="default" onClick={() => setAddress({}, { replace: true })}>
        {t("audit.clear")}
      </Button>
    </Group>
  );
}

function useEntries(query: AuditQuery) {
  return useInfiniteQuery({
    queryKey: ["audit", query],
    queryFn: ({ pageParam }) =>
      answer(
        api.GET("/api/v1/audit", {
          params: { query: { ...query, ...(pageParam !== null && { before_seq: pageParam }) } },
        }),
      ),
    initialPageParam: null as number | null,
    getNextPageParam: (page) => page.before_seq,
    placeholderData: keepPreviousData,
    staleTime: 0,
  });
}

function Entries({ query }: { query: AuditQuery }) {
  const { t } = useTranslation();
  const entries = useEntries(query);
  if (entries.error && !entries.data) {
    return <Failed error={entries.error} onRetry={() => void entries.refetch()} />;
  }
  if (!entries.data) return <Skeleton h={240} radius="md" aria-busy="true" />;
  const shown = entries.data.pages.flatMap((page) => page.items);
  if (shown.length === 0) return <Empty icon="clock" title={t("audit.empty")} />;
  return (
    <Stack>
      <ul className={classes.list}>
        {shown.map((entry) => (
          <EntryRow key={entry.seq} entry={entry} />
        ))}
      </ul>
      {entries.hasNextPage && (
        <Button
          variant="default"
          loading={entries.isFetchingNextPage}
          onClick={() => void entries.fetchNextPage()}
        >
          {t("audit.more")}
        </Button>
      )}
    </Stack>
  );
}
