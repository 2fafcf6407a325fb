// Access tokens are short: the page exchanges its refresh cookie for the next pair in time.

const REFRESH = "/api/v1/refresh";
/** What is done without a login, so that a 401 means what it says. */
const OUTSIDE = ["/login", "/setup", "/register", "/invitations/accept", "/invitations/look"];
const JUST_DONE_MS = 3_000;

let running: Promise<boolean> | null = null;
let doneAt = Number.NEGATIVE_INFINITY;

/** Have the browser get its next tokens; false when the login has ended. Askers at once share one. */
export function renew(): Promise<boolean> {
  running ??= exchange().finally(() => {
    running = null;
  });
  return running;
}

async function exchange(): Promise<boolean> {
  if (performance.now() - doneAt < JUST_DONE_MS) return true;
  const response = await fetch(new URL(REFRESH, window.location.origin), {
    method: "POST",
    credentials: "same-origin",
  });
  // 409: another tab did it a moment ago, and its cookies are ours.
  const good = response.ok || response.status === 409;
  if (good) doneAt = performance.now();
  return good;
}

/** `fetch` that gets new tokens when the access token has run out, and then asks again. */
export async function fetchRenewing(request: Request): Promise<Response> {
  const again = request.clone();
  const response = await fetch(request);
  const path = new URL(request.url).pathname;
  if (response.status !== 401 || OUTSIDE.some((one) => path === `/api/v1${one}`)) return response;
  return (await renew()) ? fetch(again) : response;
}

/** Renew again and again, so that pictures and sockets never meet an old token. */
export function keepRenewing(accessS: number): () => void {
  const timer = setInterval(() => void renew().catch(() => undefined), accessS * 600);
  return () => clearInterval(timer);
}
