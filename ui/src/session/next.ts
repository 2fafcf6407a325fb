/** Where to go after the login: a page of ours, never another site. */
export function afterLogin(next: string | null): string {
  if (!next?.startsWith("/") || next.startsWith("//") || next.startsWith("/\\")) return "/";
  return next;
}
