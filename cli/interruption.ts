import { Failure } from './failure.ts';

export const nothingChanged = (): Failure => new Failure('Interrupted', 'Interrupted. Nothing was changed.');

let describe = nothingChanged;

/** Says what Ctrl-C will tell from now on: what goes on without the command, and how to come back to it. */
export function whenInterrupted(next: () => Failure): void {
  describe = next;
}

/** What to tell after Ctrl-C. */
export function interruption(): Failure {
  return describe();
}
