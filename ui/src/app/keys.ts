// Keyboard: one key, one act; silent while somebody types or a dialogue is open.
import { useEffect, useRef } from "react";

export type Keys = Readonly<Record<string, () => void>>;

const TYPING =
  "input:not([type='checkbox'], [type='radio']), textarea, select, [contenteditable='true'], [role='combobox']";
const OPEN_DIALOGUE = "[role='dialog'], [role='menu']";

/** Whether a key press is meant for the page and not for a field, a dialogue or the browser. */
export function isForPage(event: KeyboardEvent): boolean {
  return !event.ctrlKey && !event.metaKey && !event.altKey && isFree(event);
}

function isFree(event: KeyboardEvent): boolean {
  if (event.defaultPrevented) return false;
  if (event.target instanceof Element && isTaken(event.target, event.key)) return false;
  return document.querySelector(OPEN_DIALOGUE) === null;
}

/** Whether the element in focus has a use for the key itself. */
function isTaken(element: Element, key: string): boolean {
  if (element.closest(TYPING)) return true;
  return key.startsWith("Arrow") && element.closest("[type='radio']") !== null;
}

/** Listen to these keys while the component is there; `enabled` false is deaf. */
export function useKeys(keys: Keys, enabled = true): void {
  useListener(keys, enabled, (event) => {
    if (!isForPage(event) || isForButton(event)) return false;
    const shifted = `shift ${event.key}`;
    return event.shiftKey && shifted in keys ? shifted : event.key;
  });
}

/** The same for keys pressed with Ctrl or Command, named in small letters. */
export function useCommands(keys: Keys, enabled = true): void {
  useListener(keys, enabled, (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || !isFree(event)) return false;
    return (event.shiftKey ? "shift " : "") + event.key.toLowerCase();
  });
}

/** Enter and the space bar on a focused button or link are its own. */
function isForButton(event: KeyboardEvent): boolean {
  return (
    (event.key === "Enter" || event.key === " ") &&
    event.target instanceof Element &&
    event.target.closest("a, button") !== null
  );
}

function useListener(
  keys: Keys,
  enabled: boolean,
  nameOf: (event: KeyboardEvent) => string | false,
): void {
  const newest = useRef({ keys, nameOf });
  newest.current = { keys, nameOf };
  useEffect(() => {
    if (!enabled) return;
    const hear = (event: KeyboardEvent) => {
      const name = newest.current.nameOf(event);
      const act = name === false ? undefined : newest.current.keys[name];
      if (!act) return;
      event.preventDefault();
      act();
    };
    window.addEventListener("keydown", hear);
    return () => window.removeEventListener("keydown", hear);
  }, [enabled]);
}

const CHORD_MS = 1_200;

/** Keys that act only shortly after `first`; they go before the same keys of a page. */
export function useChord(first: string, keys: Keys): void {
  const newest = useRef(keys);
  newest.current = keys;
  useEffect(() => {
    let pressedAt = Number.NEGATIVE_INFINITY;
    const hear = (event: KeyboardEvent) => {
      if (!isForPage(event)) return;
      const act = event.timeStamp - pressedAt < CHORD_MS ? newest.current[event.key] : undefined;
      pressedAt = event.key === first ? event.timeStamp : Number.NEGATIVE_INFINITY;
      if (!act) return;
      event.preventDefault();
      act();
    };
    window.addEventListener("keydown", hear, true);
    return () => window.removeEventListener("keydown", hear, true);
  }, [first]);
}
