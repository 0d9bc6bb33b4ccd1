import { inspect } from 'node:util';
import { ZodError } from 'zod';
import { Failure } from './failure.ts';
import { toJson, visible } from './visible.ts';
import { wrap } from './wrap.ts';

/** Writes an error to standard error: a message for people, or one line of JSON for scripts. */
export function tell(error: unknown): void {
  const failure = toFailure(error);
  const { code, message, commands, faults } = failure;
  if (process.argv.includes('--json')) {
    const lists = { ...(faults.length > 0 && { faults }), ...(commands.length > 0 && { commands }) };
    process.stderr.write(`${toJson({ error: { code, message, ...lists } })}\n`);
    return;
  }
  const { isTTY, columns } = process.stderr;
  const text = visible([`${message} (${code})`, ...faults.map((fault) => `  ${fault}`)].join('\n'));
  const lines = isTTY ? wrap(text, columns || 80) : [text];
  // The message may overwrite a progress line. Commands are not wrapped, so that users can copy them.
  const start = isTTY ? '\r\u001B[K' : '';
  process.stderr.write(`${start}${[...lines, ...commands.map((command) => `  ${visible(command)}`)].join('\n')}\n`);
  if (process.env.MFA_DEBUG) process.stderr.write(`${visible(inspect(error))}\n`);
}

/** Gives a message to an error that has none for users. */
function toFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  if (error instanceof ZodError || error instanceof SyntaxError)
    return new Failure(
      'UnexpectedAnswer',
      'This version of mfa does not understand the answer of the service. Use the mfa version that belongs to the service.',
      { cause: error, commands: ['mfa version'] },
    );
  const message = error instanceof Error ? error.message : String(error);
  return new Failure('Unexpected', `Unexpected error: ${message}. Set MFA_DEBUG=1 to see the stack trace.`, {
    cause: error,
  });
}
