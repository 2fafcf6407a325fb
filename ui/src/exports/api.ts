// Footage taken out of the archive: jobs of the server, and their results.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { ask } from "@/playback/api";

export interface Export {
  id: string;
  cameras: string[];
  start_us: number;
  end_us: number;
  boxes: boolean;
  blur: boolean;
  note: string;
  author: string;
  made_us: number;
  state: "waiting" | "running" | "done" | "failed" | "cancelled";
  progress: number;
  error: string;
  size: number;
  name: string;
}

export type Wish = Pick<Export, "cameras" | "start_us" | "end_us" | "boxes" | "blur" | "note">;

const ROOT = "/api/v1/exports";
const KEY = ["exports"];
const WORKING_MS = 1_000;
const IDLE_MS = 15_000;

export const isWorking = ({ state }: Export) => state === "waiting" || state === "running";

/** All exports, newest first; while one is made its progress is read each second. */
export function useExports(enabled = true) {
  return useQuery({
    queryKey: KEY,
    queryFn: async (): Promise<Export[]> => listOf(await (await ask(ROOT)).json()),
    enabled,
    refetchInterval: ({ state }) => (state.data?.some(isWorking) ? WORKING_MS : IDLE_MS),
  });
}

/** A plain list, or a page with one in it. */
function listOf(told: Export[] | { items: Export[] }): Export[] {
  return Array.isArray(told) ? told : told.items;
}

export function useMakeExport() {
  return useChange(
    async (wish: Wish): Promise<Export> =>
      (
        await ask(ROOT, {
          method: "POST",
          headers: { "Content-Type": "application/json" },
          body: JSON.stringify(wish),
        })
      ).json(),
  );
}

export function useCancelExport() {
  return useChange((id: string) => ask(`${at(id)}/cancel`, { method: "POST" }));
}

export function useDeleteExport() {
  return useChange((id: string) => ask(at(id), { method: "DELETE" }));
}

export function downloadAddress(id: string): string {
  return `${at(id)}/download`;
}

const at = (id: string) => `${ROOT}/${encodeURIComponent(id)}`;

function useChange<Input, Result>(act: (input: Input) => Promise<Result>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: act,
    onSettled: () => client.invalidateQueries({ queryKey: KEY }),
  });
}
