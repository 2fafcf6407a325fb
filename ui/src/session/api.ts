// What can be done before the login.
import { type QueryClient, useMutation, useQueryClient } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import { keys } from "@/api/queries";
import type { components } from "@/api/schema";
import type { SessionInfo } from "@/api/types";

type Schemas = components["schemas"];

/** What a link is for. */
export function useLook() {
  return useMutation({
    mutationFn: (token: string) =>
      answer(api.POST("/api/v1/invitations/look", { body: { token } })),
  });
}

interface Acceptance {
  token: string;
  /** Null where the link sets the password of a user there is. */
  name: string | null;
  user: string;
  password: string;
}

/** Uses a link and logs in with what it made; null where the login asks for more. */
export function useAccept() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ token, name, user, password }: Acceptance) => {
      await answer(api.POST("/api/v1/invitations/accept", { body: { token, name, password } }));
      const body = { name: name ?? user, password, code: "" };
      // A second factor is asked for on the login page.
      return answer(api.POST("/api/v1/login", { body })).catch(() => null);
    },
    onSuccess: (session) => begin(client, session),
  });
}

/** What somebody else read here before is forgotten. */
function begin(client: QueryClient, session: SessionInfo | null): void {
  client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== keys.session[0] });
  if (session) client.setQueryData(keys.session, session);
}

export function useRegister() {
  return useMutation({
    mutationFn: (body: Schemas["Registration"]) => answer(api.POST("/api/v1/register", { body })),
  });
}
