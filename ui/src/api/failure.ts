/** Why a request was not answered; `code` is a translation key, `requestId` names it in the server's log. */
export class ApiFailure extends Error {
  readonly code: string;
  readonly status: number;
  readonly requestId: string;
  readonly retryAfterS: number;
  /** Way to the key that is wrong, dotted; empty where there is none. */
  readonly path: string;

  constructor(about: {
    code: string;
    message: string;
    status: number;
    requestId?: string;
    retryAfterS?: number;
    path?: string;
  }) {
    super(about.message);
    this.name = "ApiFailure";
    this.code = about.code;
    this.status = about.status;
    this.requestId = about.requestId ?? "";
    this.retryAfterS = about.retryAfterS ?? 0;
    this.path = about.path ?? "";
  }
}

/** What an answer that is not a success says, whatever its body looks like. */
export function failureOf(response: Response, body: unknown): ApiFailure {
  const told = isRecord(body) ? body : {};
  const path = Array.isArray(told.path) ? told.path.join(".") : "";
  return new ApiFailure({
    code: typeof told.code === "string" ? told.code : `http_${response.status}`,
    message: typeof told.message === "string" ? told.message : response.statusText,
    status: response.status,
    requestId:
      typeof told.request_id === "string"
        ? told.request_id
        : (response.headers.get("X-Request-Id") ?? ""),
    retryAfterS: Number(response.headers.get("Retry-After")) || 0,
    path,
  });
}

/** The same for what fetch itself throws: nobody answered. */
export function asFailure(error: unknown): ApiFailure {
  if (error instanceof ApiFailure) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new ApiFailure({ code: "offline", message, status: 0 });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
