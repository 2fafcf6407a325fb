import createClient from "openapi-fetch";
import { ApiFailure, asFailure, failureOf } from "./failure";
import { fetchRenewing } from "./renew";
import type { paths } from "./schema";

/** The API with its types; the session travels as a cookie. */
export const api = createClient<paths>({ credentials: "same-origin", fetch: fetchRenewing });

interface Answered<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The body of a successful answer; anything else is thrown as an ApiFailure. */
export async function answer<T>(call: Promise<Answered<T>>): Promise<T> {
  let answered: Answered<T>;
  try {
    answered = await call;
  } catch (error) {
    throw asFailure(error);
  }
  if (!answered.response.ok) throw failureOf(answered.response, answered.error);
  return answered.data as T;
}

/** Whether trying again may help: nobody answered, or the server was not able to. */
export function worthRetrying(failures: number, error: Error): boolean {
  const temporary = !(error instanceof ApiFailure) || error.status === 0 || error.status >= 500;
  return temporary && failures < 2;
}
