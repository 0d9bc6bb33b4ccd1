import { ZodError } from 'zod';
import { ApiFailure, Failure } from './failure.ts';
import { plain, wrap } from './wrap.ts';

/** Writes why a command cannot go on to standard error: words for people, or one line of JSON for scripts. */
export function tell(error: unknown): void {
  const failure = toFailure(error);
  const { code, message, commands } = failure;
  const faults = failure instanceof ApiFailure ? failure.faults : [];
  if (process.argv.includes('--json')) {
    const lists = { ...(faults.length > 0 && { faults }), ...(commands.length > 0 && { commands }) };
    process.stderr.write(`${JSON.stringify({ error: { code, message, ...lists } })}\n`);
    return;
  }
  const { isTTY, columns } = process.stderr;
  const text = plain([`${message} (${code})`, ...faults.map((fault) => `  ${fault}`)].join('\n'));
  const lines = isTTY ? wrap(text, columns || 80) : [text];
  // A line that shows progress may stand where this goes. Commands are not broken, so that they can be copied.
  const start = isTTY ? '\r\u001B[K' : '';
  process.stderr.write(`${start}${[...lines, ...commands.map((command) => `  ${plain(command)}`)].join('\n')}\n`);
  if (process.env.MFA_DEBUG) console.error(error);
}

/** An error that nobody has put into words. */
function toFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  if (error instanceof ZodError || error instanceof SyntaxError)
    return new Failure(
      'UnexpectedAnswer',
      'The service answered with something that this version of mfa does not understand. Use the version that belongs to the service.',
      { cause: error, commands: ['mfa version'] },
    );
  const message = error instanceof Error ? error.message : String(error);
  return new Failure('Unexpected', `Something unexpected went wrong: ${message}. MFA_DEBUG=1 shows where.`, {
    cause: error,
  });
}
