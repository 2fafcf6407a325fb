// Undo and redo: what was, what is, what was undone.
export interface History<T> {
  past: readonly T[];
  now: T;
  future: readonly T[];
}

const LONGEST = 100;

export function begin<T>(now: T): History<T> {
  return { past: [], now, future: [] };
}

/** A change that can be undone. */
export function changed<T>(history: History<T>, now: T): History<T> {
  if (now === history.now) return history;
  return { past: [...history.past, history.now].slice(-LONGEST), now, future: [] };
}

export function undone<T>(history: History<T>): History<T> {
  const before = history.past.at(-1);
  if (before === undefined) return history;
  return {
    past: history.past.slice(0, -1),
    now: before,
    future: [history.now, ...history.future],
  };
}

export function redone<T>(history: History<T>): History<T> {
  const [next, ...future] = history.future;
  if (next === undefined) return history;
  return { past: [...history.past, history.now], now: next, future };
}
