/** How long to wait before each further try, in seconds: 1, 2, 4, 8, 15, 15 … with some jitter. */
export class Backoff {
  private tries = 0;
  private readonly longestS: number;
  private readonly random: () => number;

  constructor(longestS = 15, random: () => number = Math.random) {
    this.longestS = longestS;
    this.random = random;
  }

  /** Seconds to wait before the next try. */
  next(): number {
    const waitS = Math.min(2 ** this.tries, this.longestS);
    this.tries += 1;
    // Many pages that lose a server together should not come back together.
    return waitS * (0.85 + 0.3 * this.random());
  }

  /** It worked: begin anew with short waits. */
  reset(): void {
    this.tries = 0;
  }
}
