import { type QueryClient, useMutation, useQueryClient } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import { ApiFailure, failureOf } from "@/api/failure";
import { keys } from "@/api/queries";
import type { Camera, Site, SourceTest, Spec } from "@/api/types";
import { tellFailure } from "@/elements/failures";

export type CameraChange = (newest: Camera) => Camera;

/** Adding a camera; the site on the page follows at once. */
export function useAddCamera() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (camera: Camera) =>
      answer(api.POST("/api/v1/cameras", { body: camera })) as Promise<Camera>,
    onSuccess: (camera) => placeCamera(client, camera),
  });
}

/** Changing a camera as it is now on the server, whatever others changed meanwhile. */
export function useChangeCamera() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, change }: { id: string; change: CameraChange }) => changeCamera(id, change),
    onSuccess: (camera) => placeCamera(client, camera),
  });
}

export function useDeleteCamera() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) =>
      answer(api.DELETE("/api/v1/cameras/{camera_id}", { params: { path: { camera_id: id } } })),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.site }),
    onError: tellFailure,
  });
}

/** A connection test; the answer also says in words why it did not work. */
export function useSourceTest() {
  return useMutation({
    mutationFn: (spec: Spec): Promise<SourceTest> =>
      answer(api.POST("/api/v1/sources/test", { body: spec })),
  });
}

const TRIES = 3;

/** Read, change, write; again if somebody was faster. */
async function changeCamera(id: string, change: CameraChange): Promise<Camera> {
  const path = { camera_id: id };
  for (let left = TRIES - 1; ; left -= 1) {
    const read = await api.GET("/api/v1/cameras/{camera_id}", { params: { path } });
    if (!read.data) throw failureOf(read.response, read.error);
    const body = change(read.data as Camera);
    const header = { "if-match": read.response.headers.get("ETag") ?? "*" };
    try {
      const put = api.PUT("/api/v1/cameras/{camera_id}", { params: { path, header }, body });
      return (await answer(put)) as Camera;
    } catch (error) {
      const faster = error instanceof ApiFailure && error.code === "conflict";
      if (!faster || left === 0) throw error;
    }
  }
}

function placeCamera(client: QueryClient, camera: Camera): void {
  client.setQueryData<Site>(keys.site, (site) => {
    if (!site) return site;
    const known = site.cameras.some((one) => one.id === camera.id);
    const cameras = known
      ? site.cameras.map((one) => (one.id === camera.id ? camera : one))
      : [...site.cameras, camera];
    return { ...site, cameras };
  });
}
