// How streams, analysis and the connection itself are doing; fed by the socket, read by pages.
import { create } from "zustand";
import type { LaneStatus, ProcessStatus, StreamStatus, SystemWarning } from "@/api/types";
import type { Link } from "./socket";

interface Health {
  link: Link;
  /** When the socket last brought anything, by the page's clock in milliseconds. */
  heardAt: number;
  /** Server's clock minus the page's, in milliseconds. */
  ahead: number;
  streams: Readonly<Record<string, readonly StreamStatus[]>>;
  lanes: Readonly<Record<string, LaneStatus>>;
  processes: Readonly<Record<string, ProcessStatus>>;
  /** What is wrong with the installation itself, by what it is about. */
  warnings: Readonly<Record<string, SystemWarning>>;
}

export const useHealth = create<Health>(() => ({
  link: { state: "connecting" },
  heardAt: 0,
  ahead: 0,
  streams: {},
  lanes: {},
  processes: {},
  warnings: {},
}));

/** Forget everything, as after logging out. */
export function forgetHealth(): void {
  useHealth.setState({
    link: { state: "connecting" },
    streams: {},
    lanes: {},
    processes: {},
    warnings: {},
  });
}

/** Take what GET /status answers. */
export function takeStatus(status: {
  streams: readonly StreamStatus[];
  lanes: readonly LaneStatus[];
  processes: readonly ProcessStatus[];
  warnings: readonly SystemWarning[];
}): void {
  for (const one of status.streams) takeStream(one);
  for (const one of status.lanes) takeLane(one);
  for (const one of status.processes) takeProcess(one);
  useHealth.setState({ warnings: {} });
  for (const one of status.warnings) takeWarning(one);
}

export function takeStream(status: StreamStatus): void {
  useHealth.setState((health) => {
    const others = (health.streams[status.camera] ?? []).filter(
      (one) => one.stream !== status.stream,
    );
    return { streams: { ...health.streams, [status.camera]: [...others, status] } };
  });
}

export function takeLane(status: LaneStatus): void {
  useHealth.setState((health) => ({ lanes: { ...health.lanes, [status.camera]: status } }));
}

export function takeProcess(status: ProcessStatus): void {
  useHealth.setState((health) => ({ processes: { ...health.processes, [status.name]: status } }));
}

/** A newer one replaces what was said about the same; one that is over goes. */
export function takeWarning(warning: SystemWarning): void {
  useHealth.setState((health) => {
    const { [warning.subject]: _, ...others } = health.warnings;
    return { warnings: warning.active ? { ...others, [warning.subject]: warning } : others };
  });
}

/** The server's clock now, in microseconds. */
export function serverNowUs(): number {
  return (Date.now() + useHealth.getState().ahead) * 1000;
}
