import { pause } from '../deadline.ts';
import { ConnectionLostError } from './clientConnection.ts';

const FIRST_MS = 100;
const LONGEST_MS = 5_000;

export interface OutageParts {
  readonly stop: AbortSignal;
  readonly random: () => number;
  /** A monotonic clock, in milliseconds. */
  readonly now: () => number;
  readonly lost: (error: unknown) => void;
  readonly regained: () => void;
}

/** The reaction of a listener to an outage: it logs it once, waits longer each time, and logs the end. */
export interface Outage {
  /** Waits before the next attempt: 100 ms doubling to 5 s, of which a random half to whole. */
  failed(error: unknown): Promise<void>;
  succeeded(): void;
}

export function createOutage({ stop, random, now, lost, regained }: OutageParts): Outage {
  let failures = 0;
  let said = false;
  let lastTryMs = now();
  return {
    async failed(error) {
      // A request that was parked for longer than any pause had a broker to wait for: this is another outage.
      if (now() - lastTryMs > LONGEST_MS) this.succeeded();
      // The connection says itself that it broke; here it matters when there is no new one.
      if (!said && !stop.aborted && !(error instanceof ConnectionLostError)) {
        said = true;
        lost(error);
      }
      const longest = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures, 10));
      failures++;
      await pause(longest * (0.5 + 0.5 * random()), stop);
      lastTryMs = now();
    },
    succeeded() {
      if (said) regained();
      said = false;
      failures = 0;
    },
  };
}
