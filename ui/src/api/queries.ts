// What pages read, each under one cache key, so that the socket can bring news to it.
import { type InfiniteData, QueryClient, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { answer, api, worthRetrying } from "./client";
import { ApiFailure } from "./failure";
import type { Alarm, AlarmState, Camera, Event, SessionInfo, Site } from "./types";

export const keys = {
  session: ["session"],
  setup: ["setup"],
  site: ["site"],
  status: ["status"],
  alarms: ["alarms"],
  alarmList: (states: readonly AlarmState[], camera: string | null) => [
    "alarms",
    "list",
    [...states],
    camera,
  ],
  alarm: (id: string) => ["alarm", id],
  event: (id: string) => ["event", id],
} as const;

export interface AlarmPage {
  items: Alarm[];
  cursor: string | null;
}
export type AlarmPages = InfiniteData<AlarmPage, string | null>;
const PAGE = 40;
/** Of alarms nobody answered more are read: they are counted. */
const NEW_PAGE = 100;

/** A cache for one login; the page makes a new one after logging out. */
export function newQueryClient(onFailure: (error: Error) => void): QueryClient {
  const client = new QueryClient({
    defaultOptions: {
      queries: { retry: worthRetrying, staleTime: 15_000, refetchOnWindowFocus: false },
    },
  });
  client.getQueryCache().config.onError = onFailure;
  client.getMutationCache().config.onError = onFailure;
  return client;
}

/** Who is logged in; null when nobody is. */
export function useSession() {
  return useQuery({ queryKey: keys.session, queryFn: readSession, staleTime: Infinity });
}

async function readSession(): Promise<SessionInfo | null> {
  try {
    return await answer(api.GET("/api/v1/session"));
  } catch (error) {
    if (error instanceof ApiFailure && error.status === 401) return null;
    throw error;
  }
}

/** Which ways in there are: the first setup, registration, a provider. */
export function useWaysIn(enabled: boolean) {
  return useQuery({
    queryKey: keys.setup,
    queryFn: () => answer(api.GET("/api/v1/setup")),
    enabled,
    staleTime: 0,
  });
}

export function useSetupNeeded(enabled: boolean) {
  const { data, error } = useWaysIn(enabled);
  return { data: data?.needed, error };
}

export function useSite() {
  return useQuery({
    queryKey: keys.site,
    queryFn: (): Promise<Site> => answer(api.GET("/api/v1/site")),
    staleTime: Infinity,
  });
}

export function useCamera(id: string): Camera | undefined {
  return useSite().data?.cameras.find((camera) => camera.id === id);
}

/** Alarms in these states, newest first; grows by pages downwards and by the socket upwards. */
export function useAlarms(states: readonly AlarmState[], camera: string | null = null) {
  return useInfiniteQuery({
    queryKey: keys.alarmList(states, camera),
    queryFn: ({ pageParam }): Promise<AlarmPage> =>
      answer(
        api.GET("/api/v1/alarms", {
          params: {
            query: {
              limit: states.length === 1 && states[0] === "new" ? NEW_PAGE : PAGE,
              ...(states.length ? { state: [...states] } : {}),
              ...(camera ? { camera: [camera] } : {}),
              ...(pageParam ? { cursor: pageParam } : {}),
            },
          },
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.cursor,
    staleTime: Infinity,
  });
}

export function useAlarm(id: string) {
  return useQuery({
    queryKey: keys.alarm(id),
    queryFn: (): Promise<Alarm> =>
      answer(api.GET("/api/v1/alarms/{alarm_id}", { params: { path: { alarm_id: id } } })),
  });
}

export function useEvent(id: string | undefined) {
  return useQuery({
    queryKey: keys.event(id ?? ""),
    // The client's types make lists of what are tuples.
    queryFn: () =>
      answer(
        api.GET("/api/v1/events/{event_id}", { params: { path: { event_id: id ?? "" } } }),
      ) as Promise<Event>,
    enabled: id !== undefined,
    staleTime: Infinity,
  });
}
