import { InvalidArgumentError } from 'commander';
import { type Acknowledgement, acknowledgements } from '../shared/domain/mfaState.ts';

export const ACKNOWLEDGE_HELP = `guards to override, separated by commas; recorded: ${acknowledgements.join(', ')}`;

/** Reads the guards that the option --acknowledge names. The option may be repeated. */
export function readGuards(text: string, before: readonly Acknowledgement[]): Acknowledgement[] {
  const named = text.split(',').map((word) => {
    const guard = acknowledgements.find((known) => known === word.trim());
    if (guard === undefined) throw new InvalidArgumentError(`Guards are ${acknowledgements.join(', ')}.`);
    return guard;
  });
  return [...before, ...named];
}
