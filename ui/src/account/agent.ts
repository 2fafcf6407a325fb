const BROWSERS = [
  ["Edg/", "Edge"],
  ["OPR/", "Opera"],
  ["Firefox/", "Firefox"],
  ["Chrome/", "Chrome"],
  ["Safari/", "Safari"],
] as const;
const SYSTEMS = [
  ["iPhone", "iPhone"],
  ["iPad", "iPad"],
  ["Android", "Android"],
  ["Windows", "Windows"],
  ["Mac OS", "macOS"],
  ["Linux", "Linux"],
] as const;

/** Browser and system of a User-Agent in a few words; its first word where it is no browser. */
export function agentName(agent: string): string {
  const find = (known: readonly (readonly [string, string])[]) =>
    known.find(([mark]) => agent.includes(mark))?.[1];
  const browser = find(BROWSERS);
  if (!browser) return agent.split(/[\s/]/)[0] ?? "";
  return [browser, find(SYSTEMS)].filter(Boolean).join(" · ");
}
