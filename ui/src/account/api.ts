// The own account: password, second factor, logins and keys.
import { useQuery } from "@tanstack/react-query";
import { useChange } from "@/api/change";
import { answer, api } from "@/api/client";
import type { components } from "@/api/schema";

type Schemas = components["schemas"];
export type SessionShown = Schemas["SessionShown"];
export type ApiKey = Schemas["ApiKey"];
export type KeyRequest = Schemas["KeyRequest"];
export type Enrolment = Schemas["SecondFactorSecret"];

const KEY = ["account"];

export function usePasswordChange() {
  return useChange(KEY, (body: Schemas["PasswordChange"]) =>
    answer(api.PUT("/api/v1/account/password", { body })),
  );
}

export function useSessions() {
  return useQuery({
    queryKey: [...KEY, "sessions"],
    queryFn: () => answer(api.GET("/api/v1/account/sessions")),
  });
}

export function useEndSession() {
  return useChange(KEY, (id: string) =>
    answer(
      api.DELETE("/api/v1/account/sessions/{session_id}", {
        params: { path: { session_id: id } },
      }),
    ),
  );
}

export function useEndOthers() {
  return useChange(KEY, () => answer(api.DELETE("/api/v1/account/sessions")));
}

export function useKeyList() {
  return useQuery({
    queryKey: [...KEY, "keys"],
    queryFn: () => answer(api.GET("/api/v1/account/keys")),
  });
}

export function useMakeKey() {
  return useChange(KEY, (body: KeyRequest) => answer(api.POST("/api/v1/account/keys", { body })));
}

export function useRemoveKey() {
  return useChange(KEY, (id: string) =>
    answer(api.DELETE("/api/v1/account/keys/{key_id}", { params: { path: { key_id: id } } })),
  );
}

export function useSecondFactor() {
  return useQuery({
    queryKey: [...KEY, "factor"],
    queryFn: () => answer(api.GET("/api/v1/account/second-factor")),
  });
}

export function useBeginFactor() {
  return useChange(KEY, (password: string) =>
    answer(api.POST("/api/v1/account/second-factor", { body: { password } })),
  );
}

export function useConfirmFactor() {
  return useChange(KEY, (code: string) =>
    answer(api.POST("/api/v1/account/second-factor/confirm", { body: { code } })),
  );
}

export function useNewRecoveryCodes() {
  return useChange(KEY, (password: string) =>
    answer(api.POST("/api/v1/account/second-factor/recovery", { body: { password } })),
  );
}

export function useDropFactor() {
  return useChange(KEY, (body: Schemas["SecondFactorRemoval"]) =>
    answer(api.POST("/api/v1/account/second-factor/remove", { body })),
  );
}

export function useRestreamKey() {
  return useQuery({
    queryKey: [...KEY, "restream"],
    queryFn: () => answer(api.GET("/api/v1/session/restream-key")),
  });
}

export function useMakeRestreamKey() {
  return useChange(KEY, () => answer(api.POST("/api/v1/session/restream-key")));
}

export function useDropRestreamKey() {
  return useChange(KEY, () => answer(api.DELETE("/api/v1/session/restream-key")));
}
