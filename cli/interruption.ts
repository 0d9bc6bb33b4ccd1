import { Failure } from './failure.ts';

export const nothingChanged = (): Failure => new Failure('Interrupted', 'Interrupted. Nothing was changed.');

let describe = nothingChanged;

/** Sets the message for Ctrl-C from now on: what continues without the command, and how to return to it. */
export function whenInterrupted(next: () => Failure): void {
  describe = next;
}

/** The message after Ctrl-C. */
export function interruption(): Failure {
  return describe();
}
