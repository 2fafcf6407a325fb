// Users, the roles they have and the links that make them.
import { useQuery } from "@tanstack/react-query";
import { useChange } from "@/api/change";
import { answer, api } from "@/api/client";
import type { components } from "@/api/schema";
import type { Right } from "@/api/types";

type Schemas = components["schemas"];
export type UserShown = Schemas["UserShown"];
export type User = Schemas["User"];
export type Limits = Schemas["Limits"];
export type Role = Schemas["CustomRole"];
export type Invitation = Schemas["Invitation"];
export type NewUser = Schemas["NewUser"];
export type UserEdit = Schemas["UserEdit"];

const KEY = ["people"];

const at = (id: string) => ({ params: { path: { user_id: id } } });

export function useUsers() {
  return useQuery({
    queryKey: [...KEY, "users"],
    queryFn: () => answer(api.GET("/api/v1/users")),
  });
}

export function useRoles() {
  return useQuery({
    queryKey: [...KEY, "roles"],
    queryFn: () => answer(api.GET("/api/v1/roles")),
  });
}

export function useInvitations() {
  return useQuery({
    queryKey: [...KEY, "invitations"],
    queryFn: () => answer(api.GET("/api/v1/invitations")),
  });
}

export function useCreateUser() {
  return useChange(KEY, (body: NewUser) => answer(api.POST("/api/v1/users", { body })));
}

export function useEditUser() {
  return useChange(KEY, ({ id, body }: { id: string; body: UserEdit }) =>
    answer(api.PUT("/api/v1/users/{user_id}", { ...at(id), body })),
  );
}

export function useDeleteUser() {
  return useChange(KEY, (id: string) => answer(api.DELETE("/api/v1/users/{user_id}", at(id))));
}

export function useApproveUser() {
  return useChange(KEY, ({ id, body }: { id: string; body: Limits }) =>
    answer(api.POST("/api/v1/users/{user_id}/approve", { ...at(id), body })),
  );
}

export function useRefuseUser() {
  return useChange(KEY, (id: string) =>
    answer(api.POST("/api/v1/users/{user_id}/refuse", at(id))),
  );
}

/** A link by which the user sets a new password. */
export function useResetLink() {
  return useChange(KEY, (id: string) => answer(api.POST("/api/v1/users/{user_id}/reset", at(id))));
}

export function useUnlockUser() {
  return useChange(KEY, (id: string) =>
    answer(api.POST("/api/v1/users/{user_id}/unlock", at(id))),
  );
}

export function useEndSessions() {
  return useChange(KEY, (id: string) =>
    answer(api.DELETE("/api/v1/users/{user_id}/sessions", at(id))),
  );
}

export function useRemoveSecondFactor() {
  return useChange(KEY, (id: string) =>
    answer(api.DELETE("/api/v1/users/{user_id}/second-factor", at(id))),
  );
}

export function useInvite() {
  return useChange(KEY, (body: Schemas["InvitationWanted"]) =>
    answer(api.POST("/api/v1/invitations", { body })),
  );
}

export function useTakeBack() {
  return useChange(KEY, (id: string) =>
    answer(
      api.DELETE("/api/v1/invitations/{invitation_id}", {
        params: { path: { invitation_id: id } },
      }),
    ),
  );
}

/** Make a role, or change the one of that id. */
export function useSaveRole() {
  return useChange(KEY, ({ id, body }: { id: string | null; body: RoleDraft }) =>
    answer(
      id === null
        ? api.POST("/api/v1/roles", { body })
        : api.PUT("/api/v1/roles/{role_id}", { params: { path: { role_id: id } }, body }),
    ),
  );
}

export interface RoleDraft {
  name: string;
  rights: Right[];
}

export function useDeleteRole() {
  return useChange(KEY, (id: string) =>
    answer(api.DELETE("/api/v1/roles/{role_id}", { params: { path: { role_id: id } } })),
  );
}
