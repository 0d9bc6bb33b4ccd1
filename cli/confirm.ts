import { createInterface } from 'node:readline';
import { Failure } from './failure.ts';
import type { Terminal } from './terminal.ts';
import { visible } from './visible.ts';
import { wrap } from './wrap.ts';

/** The most users that are changed without a question. */
export const UNASKED_MOST = 10;

/**
 * Asks before a change that disables many users or overrides a safety check for many users.
 * @param about what is about to happen, as a sentence
 * @throws Failure when the answer is no, or when there is no interactive terminal
 */
export async function confirm(about: string, terminal: Terminal): Promise<void> {
  if (!terminal.asks) throw new Failure('NotConfirmed', `${about} Not an interactive terminal; use --yes to confirm.`);
  const question = wrap(visible(`${about} Continue? [y/N] `), terminal.noteColumns).join('\n');
  if (!/^y(es)?$/i.test((await ask(question)).trim())) throw new Failure('NotConfirmed', 'Nothing was changed.');
}

/**
 * The terminal edits the line itself, so Ctrl-C stays a signal.
 * @returns an empty text when the input ends without an answer
 */
function ask(question: string): Promise<string> {
  const prompt = createInterface({ input: process.stdin, output: process.stderr, terminal: false });
  return new Promise((resolve) => {
    prompt.once('close', () => {
      resolve('');
    });
    prompt.question(question, (answer) => {
      resolve(answer);
      prompt.close();
    });
  });
}
