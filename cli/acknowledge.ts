import { InvalidArgumentError } from 'commander';
import { type Acknowledgement, acknowledgements } from '../shared/domain/mfaState.ts';

export const ACKNOWLEDGE_HELP = `safety checks to override, separated by commas; the audit record keeps them: ${acknowledgements.join(', ')}`;

/** Reads the safety checks that the option --acknowledge names. The option may be repeated. */
export function readAcknowledged(text: string, before: readonly Acknowledgement[]): Acknowledgement[] {
  const named = text.split(',').map((word) => {
    const check = acknowledgements.find((known) => known === word.trim());
    if (check === undefined) throw new InvalidArgumentError(`Use ${acknowledgements.join(', ')}.`);
    return check;
  });
  return [...before, ...named];
}
