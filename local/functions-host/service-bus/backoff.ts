import { pause } from '../deadline.ts';

const FIRST_MS = 100;
const LONGEST_MS = 5_000;

export interface OutageParts {
  readonly stop: AbortSignal;
  readonly random: () => number;
  readonly lost: (error: unknown) => void;
  readonly regained: () => void;
}

/** What a listener does while it cannot receive: it says so once, waits longer each time, and says when it is over. */
export interface Outage {
  /** Waits before the next attempt: 100 ms doubling to 5 s, of which a random half to whole. */
  failed(error: unknown): Promise<void>;
  succeeded(): void;
}

export function createOutage({ stop, random, lost, regained }: OutageParts): Outage {
  let failures = 0;
  return {
    async failed(error) {
      if (failures === 0 && !stop.aborted) lost(error);
      const longest = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures, 10));
      failures++;
      await pause(longest * (0.5 + 0.5 * random()), stop);
    },
    succeeded() {
      if (failures > 0) regained();
      failures = 0;
    },
  };
}
