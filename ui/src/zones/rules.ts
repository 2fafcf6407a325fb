// Rules as the editor offers them: which fit a shape, and what they can be set to.
import type { Rule } from "@/api/types";
import type { Direction } from "@/live/overlay/areas";
import { type Drawing, freeId, type Shape } from "./shapes";

export const KINDS = { zone: ["intrusion", "loitering"], line: ["crossing"] } as const;
export type RuleKind = (typeof KINDS)[keyof typeof KINDS][number];
export const FAMILIES = ["any", "person", "vehicle", "animal"] as const;
export type Family = (typeof FAMILIES)[number];
export const SEVERITIES = ["info", "warning", "critical"] as const;

const KNOWN: readonly string[] = [...KINDS.zone, ...KINDS.line];
const LOITER_S = 30;

/** Whether the editor knows this kind of rule; others it shows and keeps as they are. */
export function isKnown(kind: string): kind is RuleKind {
  return KNOWN.includes(kind);
}

export function newRule(kind: RuleKind, name: string, shape: Shape, drawing: Drawing): Rule {
  const options: Record<string, unknown> = { [shape.kind]: shape.id };
  if (kind === "crossing") options.direction = "both";
  if (kind === "loitering") options.dwell_s = LOITER_S;
  return {
    id: freeId(kind, drawing.rules),
    name,
    kind,
    options,
    enabled: true,
    severity: "warning",
    schedule: { windows: [] },
    cooldown_s: 10,
  };
}

export function directionOf(rule: Rule): Direction {
  const told = rule.options?.direction;
  return told === "left" || told === "right" ? told : "both";
}

export function dwellOf(rule: Rule): number {
  const told = rule.options?.dwell_s;
  if (typeof told === "number") return told;
  return rule.kind === "loitering" ? LOITER_S : 0;
}

export function labelsOf(rule: Rule): readonly string[] {
  const told = rule.options?.labels;
  if (!Array.isArray(told) || told.length === 0) return ["any"];
  return told.filter((label) => typeof label === "string");
}

/** The labels after a family was switched; "any" and the others shut each other out. */
export function toggledLabel(labels: readonly string[], label: string): string[] {
  if (label === "any") return ["any"];
  const others = labels.filter((one) => one !== "any" && one !== label);
  const next = labels.includes(label) ? others : [...others, label];
  return next.length > 0 ? next : ["any"];
}

export function withOption(rule: Rule, name: string, value: unknown): Rule {
  return { ...rule, options: { ...rule.options, [name]: value } };
}
