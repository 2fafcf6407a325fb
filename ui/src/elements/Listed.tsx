import { Skeleton, Stack } from "@mantine/core";
import type { ReactNode } from "react";
import { Failed } from "./states";
import type { IconName } from "./Icon";
import { Empty } from "./states";
import classes from "./Page.module.css";

interface Read<T> {
  data: readonly T[] | undefined;
  error: unknown;
  refetch: () => unknown;
}

interface ListedProps<T> {
  read: Read<T>;
  empty: { icon: IconName; title: string; text?: string };
  row: (one: T) => ReactNode;
}

/** A list that is being read, could not be read, is empty, or is shown. */
export function Listed<T>({ read, empty, row }: ListedProps<T>) {
  if (read.error && !read.data) {
    return <Failed error={read.error} onRetry={() => void read.refetch()} />;
  }
  if (!read.data) {
    return (
      <Stack aria-busy="true" gap="xs">
        <Skeleton h={58} radius="md" />
        <Skeleton h={58} radius="md" />
      </Stack>
    );
  }
  if (read.data.length === 0) return <Empty {...empty} />;
  return <ul className={classes.list}>{read.data.map(row)}</ul>;
}
