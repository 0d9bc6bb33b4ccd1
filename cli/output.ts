import { exitCodes, Failure } from './failure.ts';
import { tell } from './tell.ts';

/** Ends the command in words when its results cannot be written; in silence when nobody reads on, as with `| head`. */
export function guardOutput(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(process.exitCode ?? exitCodes.done);
    tell(
      new Failure('OutputNotWritten', `The results cannot be written (${error.code ?? error.message}).`, {
        cause: error,
      }),
    );
    process.exit(exitCodes.error);
  });
  // Nobody is left to be told.
  process.stderr.on('error', () => {});
}
