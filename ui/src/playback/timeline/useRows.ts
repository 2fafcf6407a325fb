import { useQueries } from "@tanstack/react-query";
import type { Camera } from "@/api/types";
import { archive, type TimelineAnswer } from "../api";
import type { Row } from "./paint";
import { pageOf, type View } from "./scale";

const BUCKETS = 1200;
const AGAIN_MS = 10_000;

interface Page {
  page: View;
  data: TimelineAnswer;
}

export interface Rows {
  rows: Row[];
  reading: boolean;
  error: unknown;
}

/** The timelines of cameras for a view; while another page is read the former one shows. */
export function useRows(cameras: readonly Camera[], view: View, nowUs: number): Rows {
  const page = pageOf(view);
  const queries = useQueries({
    queries: cameras.map((camera) => ({
      queryKey: ["timeline", camera.id, page.fromUs, page.untilUs],
      queryFn: async (): Promise<Page> => ({
        page,
        data: await archive.timeline(
          camera.id,
          { afterUs: page.fromUs, beforeUs: page.untilUs },
          BUCKETS,
        ),
      }),
      placeholderData: (former: Page | undefined) => former,
      refetchInterval: page.untilUs > nowUs ? AGAIN_MS : (false as const),
    })),
  });
  return {
    rows: cameras.map((camera, index) => ({
      camera: camera.id,
      name: camera.name,
      data: queries[index]?.data?.data ?? null,
      page: queries[index]?.data?.page ?? page,
    })),
    reading: queries.some((query) => query.isPending),
    error: queries.find((query) => query.error)?.error ?? null,
  };
}
