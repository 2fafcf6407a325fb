import type { Right } from "@/api/types";

/** All rights, those of the daily work first. */
export const RIGHTS = [
  "live.view",
  "alarms.view",
  "alarms.act",
  "events.view",
  "footage.view",
  "footage.export",
  "footage.keep",
  "cameras.view",
  "cameras.edit",
  "sources.test",
  "site.view",
  "site.edit",
  "models.view",
  "models.edit",
  "system.view",
  "users.view",
  "users.edit",
  "audit.view",
] as const satisfies readonly Right[];
