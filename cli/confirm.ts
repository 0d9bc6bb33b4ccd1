import { createInterface } from 'node:readline/promises';
import { Failure } from './failure.ts';
import type { Terminal } from './terminal.ts';

/** So many users lose their protection without a question. */
export const UNASKED_MOST = 10;

/**
 * Asks before something that takes protection away from many.
 * @param question what is about to happen
 * @throws Failure when the answer is no, or nobody can be asked
 */
export async function confirm(question: string, terminal: Terminal): Promise<void> {
  if (!terminal.asks) throw new Failure('NotConfirmed', `${question} Nobody can be asked here: add --yes to do it.`);
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await prompt.question(`${question} Go on? [y/N] `);
    if (!/^y(es)?$/i.test(answer.trim())) throw new Failure('NotConfirmed', 'Nothing was changed.');
  } finally {
    prompt.close();
  }
}
