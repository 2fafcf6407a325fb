import type { TFunction } from "i18next";

const ALWAYS = [
  "administrator",
  "operator",
  "investigator",
  "viewer",
  "auditor",
  "integration",
] as const;
type Always = (typeof ALWAYS)[number];

/** Whether it is a role that is always there. */
export const isFixedRole = (id: string) => ALWAYS.some((one) => one === id);

/** A role in the chosen language, or as an administrator called it. */
export function roleName(t: TFunction, id: string, given: string): string {
  return isFixedRole(id) ? t(`role.${id as Always}`) : given || id;
}
