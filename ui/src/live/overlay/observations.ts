// The newest observations of every camera, kept outside React: they come many times a second.
import type { Observation } from "@/socket/messages";

const KEEP_US = 6_000_000;
const MOST = 200;

export interface Heard {
  observation: Observation;
  /** When this page heard of it, by performance.now(). */
  at: number;
}

export class Observations {
  private readonly byCamera = new Map<string, Heard[]>();

  /** Note an observation; one that is older than the last is out of order and left out. */
  take(observation: Observation, at: number = performance.now()): void {
    const known = this.byCamera.get(observation.camera) ?? [];
    const last = known.at(-1);
    // A clock set back, or a clip that begins anew: what was known is of another time.
    if (last && observation.t_us < last.observation.t_us - KEEP_US) known.length = 0;
    else if (last && observation.t_us <= last.observation.t_us) return;
    known.push({ observation, at });
    while (known.length > MOST || tooOld(known)) known.shift();
    this.byCamera.set(observation.camera, known);
  }

  /** Those of a camera, oldest first; not to be changed. */
  of(camera: string): readonly Heard[] {
    return this.byCamera.get(camera) ?? [];
  }

  clear(): void {
    this.byCamera.clear();
  }
}

function tooOld(known: Heard[]): boolean {
  const first = known[0];
  const last = known.at(-1);
  return !!first && !!last && last.observation.t_us - first.observation.t_us > KEEP_US;
}

/** The page's observations. */
export const observations = new Observations();
