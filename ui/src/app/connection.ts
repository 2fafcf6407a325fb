// Ties the socket to the stores for as long as somebody is logged in.
import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { takeAlarm } from "@/alarms/news";
import { answer, api } from "@/api/client";
import { keys, useSession } from "@/api/queries";
import { keepRenewing, renew } from "@/api/renew";
import { observations } from "@/live/overlay/observations";
import {
  forgetHealth,
  takeLane,
  takeProcess,
  takeStatus,
  takeStream,
  takeWarning,
  useHealth,
} from "@/socket/health";
import type { Message } from "@/socket/messages";
import { type Link, Socket, socketUrl } from "@/socket/socket";

// There before anybody is logged in, so that pages may ask for topics in any order.
const socket = new Socket();

/** Try at once to get the line back. */
export const hurry = () => socket.hurry();

/** Keeps the page connected while the component is there. */
export function useConnection(): void {
  const client = useQueryClient();
  useEffect(() => {
    const releases = (["alarms", "status", "site"] as const).map((topic) => socket.want(topic));
    window.addEventListener("online", hurry);
    socket.open(socketUrl("/api/v1/socket"), {
      message: (message) => take(client, message),
      link: (link) => follow(client, link),
    });
    return () => {
      window.removeEventListener("online", hurry);
      for (const release of releases) release();
      socket.close();
      forgetHealth();
      observations.clear();
    };
  }, [client]);
}

/** Keeps the login's tokens fresh while the page is open. */
export function useFreshTokens(): void {
  const accessS = useSession().data?.access_s;
  useEffect(() => (accessS === undefined ? undefined : keepRenewing(accessS)), [accessS]);
}

/** Have observations sent while the component is there. */
export function useObservations(): void {
  useEffect(() => socket.want("observations"), []);
}

function take(client: QueryClient, message: Message): void {
  switch (message.kind) {
    case "observation":
      observations.take(message);
      break;
    case "alarm_change":
      takeAlarm(client, message);
      break;
    case "stream_status":
      takeStream(message);
      break;
    case "lane_status":
      takeLane(message);
      break;
    case "process_status":
      takeProcess(message);
      break;
    case "system_warning":
      takeWarning(message);
      break;
    case "site_changed":
      void client.invalidateQueries({ queryKey: keys.site });
      break;
    case "hello":
      useHealth.setState({ ahead: message.time_us / 1000 - Date.now() });
      break;
    case "drop":
    case "event":
    case "subscribed":
      break;
  }
}

function follow(client: QueryClient, link: Link): void {
  useHealth.setState({ link });
  if (link.state === "refused") void comeBack(client, link.login);
  if (link.state !== "open") return;
  // What happened while the line was down was not told: read it.
  void client.invalidateQueries({ queryKey: keys.site });
  void client.invalidateQueries({ queryKey: keys.alarms });
  void readStatus();
}

/** The socket was refused: with new tokens it may be welcome, else the login has ended. */
async function comeBack(client: QueryClient, login: boolean): Promise<void> {
  if (login && (await renew().catch(() => false))) hurry();
  void client.invalidateQueries({ queryKey: keys.session });
}

async function readStatus(): Promise<void> {
  try {
    takeStatus(await answer(api.GET("/api/v1/status")));
  } catch {
    // The socket tells the same within a second; nothing is lost by not knowing it yet.
  }
}
